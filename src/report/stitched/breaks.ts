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
    this.#isBreaking = inspection.diagnosis.findings.map(({ verdict, severity }) => severity !== "note" && BREAKING.has(verdict));
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
    return [...new Set(own.filter((index) => this.#isBreaking[index]).map((index) => findings[index]!.verdict))];
  }
}

const NONE: readonly Verdict[] = [];
