// Where traces break: exchanges that a finding counts because their trace did not go on there.

import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Verdict } from "../../diagnosis/verdict.ts";

/** Of these a trace falls apart, or lacks a span. */
const BREAKING: ReadonlySet<Verdict> = new Set(["stripped", "truncated", "split", "malformed", "ignored", "unrecorded"]);

export class Breaks {
  readonly #inspection: Inspection;
  /** By finding. */
  readonly #isBreaking: readonly boolean[];

  constructor(inspection: Inspection) {
    this.#inspection = inspection;
    this.#isBreaking = inspection.diagnosis.findings.map((finding) => breakingVerdict(finding).length > 0);
  }

  /** Hops in the order of time. */
  hops(): number[] {
    return [...this.#inspection.diagnosis.findingsOf.keys()].filter((hop) => this.has(hop)).sort((a, b) => a - b);
  }

  has(hop: number): boolean {
    return this.#inspection.diagnosis.findingsOf.get(hop)?.some((index) => this.#isBreaking[index]) ?? false;
  }

  /** What broke there. Notes tell of what is right (a restart with a link, an unsampled trace): they break nothing. */
  verdicts(hop: number): readonly Verdict[] {
    const { findings, findingsOf } = this.#inspection.diagnosis;
    const own = findingsOf.get(hop);
    if (own === undefined) return NONE;
    return [...new Set(own.flatMap((index) => breakingVerdict(findings[index]!)))];
  }
}

const NONE: readonly Verdict[] = [];

function breakingVerdict({ verdict, severity }: Inspection["diagnosis"]["findings"][number]): Verdict[] {
  return severity !== "note" && BREAKING.has(verdict) ? [verdict] : [];
}
