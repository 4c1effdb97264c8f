// Comments for packets that prove findings, so that Wireshark shows the verdicts where they are.

import { isCauseInferred } from "../diagnosis/exemplars.ts";
import type { Finding } from "../diagnosis/finding.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import type { PacketReference } from "../protocols/observation.ts";
import { MAX_ANNOTATED_PACKETS } from "../wire/limits.ts";
import { captureNames, frameOf } from "./capture-names.ts";
import { proofsOf } from "./evidence.ts";
import { packetOf, proofText } from "./wire-evidence.ts";

/** Longest comment: Wireshark shows them in one line. */
const MAX_CHARS = 1_000;

class Annotations {
  /** By capture file, by frame: numbers in `#texts`. */
  readonly #frames = new Map<number, Map<number, number[]>>();
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** Packets with a comment. */
  size = 0;
  /** Whether more would have one. */
  isCut = false;

  /** What is to be said of a packet. */
  of(capture: number, frame: number): readonly string[] {
    return (
      this.#frames
        .get(capture)
        ?.get(frame)
        ?.map((number) => this.#texts[number]!) ?? NONE
    );
  }

  add({ capture, number }: PacketReference, text: string): void {
    const frames = this.#frames.get(capture) ?? new Map<number, number[]>();
    this.#frames.set(capture, frames);
    const known = frames.get(number);
    const own = this.#numberOf(text);
    if (known !== undefined) {
      if (!known.includes(own)) known.push(own);
      return;
    }
    if (this.size >= MAX_ANNOTATED_PACKETS) {
      this.isCut = true;
      return;
    }
    this.size++;
    frames.set(number, [own]);
  }

  #numberOf(text: string): number {
    const short = text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS - 1)}…` : text;
    const known = this.#numbers.get(short);
    if (known !== undefined) return known;
    const number = this.#texts.push(short) - 1;
    this.#numbers.set(short, number);
    return number;
  }
}

const NONE: readonly string[] = [];

/** Every exchange that a finding counts, in each capture that shows it; what caused its exemplars; what else on the wire proves it. */
export function annotate(inspection: Inspection): Annotations {
  const annotations = new Annotations();
  const { findings, findingsOf } = inspection.diagnosis;
  const nameOf = captureNames(inspection);
  for (const finding of findings) annotateProofs(finding, nameOf, annotations);
  for (const [hop, own] of [...findingsOf].sort((a, b) => a[0] - b[0])) {
    for (const { request, response } of inspection.graph.table.hop(hop).sightings) {
      const packet = (request ?? response)?.packet;
      for (const index of own) if (packet !== undefined) annotations.add(packet, sayOf(findings[index]!));
    }
  }
  return annotations;
}

function annotateProofs(finding: Finding, nameOf: (capture: number) => string, annotations: Annotations): void {
  for (const proof of proofsOf(finding)) annotations.add(packetOf(proof), `${sayOf(finding)} [${proofText(proof)}]`);
  for (const exemplar of finding.exemplars) {
    const { judgement, fault } = exemplar;
    if (fault.parent === undefined || fault.parent === judgement.hop) continue;
    const caused = isCauseInferred(exemplar) ? "as is inferred, it caused" : "it caused";
    const text = `traceinspect: ${caused} ${frameOf(judgement.hop, nameOf)}, which is counted as ${finding.verdict}: ${finding.message}`;
    for (const { request } of fault.parent.sightings) if (request !== undefined) annotations.add(request.packet, text);
  }
}

/** `traceinspect error: stripped, proxy-drops-header: ingress strips the trace context: 8 of 20 requests to frontend`. */
function sayOf({ severity, verdict, cause, message }: Finding): string {
  return `traceinspect ${severity}: ${verdict}${cause === "unknown" ? "" : `, ${cause}`}: ${message}`;
}
