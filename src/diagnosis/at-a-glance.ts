// Most exchanges of a healthy capture carry on one plain `traceparent`, begin a trace, or have none to carry on; most of a faulty edge carry nothing
// where one plain `traceparent` came in. That is told from the columns of the hop table, without an object. Whatever is not plain is judged whole
// (judge-sender.ts), and MUST come out the same there.

import { INFERRED, NO_PARENT } from "../hops/hop.ts";
import { FLAG_SAMPLED } from "../propagation/w3c.ts";
import { HEADER_TOO_LARGE } from "../wire/http-status.ts";
import { CANDIDATES_CONFIDENCE, FRESH_US, isBySameRequest, PROVEN_PARENT } from "./expectation.ts";
import type { Outcome } from "./judgement.ts";
import type { View } from "./view.ts";

/** The outcome of an exchange without any fault; undefined where it takes a closer look. */
export function outcomeAtAGlance(hop: number, view: View): Outcome | undefined {
  if (!isOpenToGlances(hop, view)) return undefined;
  const { table } = view;
  const { exchanges, row, parent } = table;
  const own = row[hop]!;
  if (parent[hop] === NO_PARENT) {
    if (table.candidates(hop).length > 0) return undefined;
    if (exchanges.readings.isPlain(own)) return exchanges.readings.flagsOf(own) <= FLAG_SAMPLED ? "continued" : undefined;
    return exchanges.readings.hasFields(own) ? undefined : "absent";
  }
  const cause = row[parent[hop]!]!;
  if (table.parentConfidence(hop) < PROVEN_PARENT || !exchanges.readings.isPlain(own) || !exchanges.readings.isPlain(cause))
    return undefined;
  const { trace, decision } = exchanges.identities;
  const after = exchanges.readings.first(own);
  const before = exchanges.readings.first(cause);
  if (trace[after] !== trace[before] || decision[after] !== decision[before]) return undefined;
  // Other flags than these some receivers reject (judge-for-others.ts).
  const flags = exchanges.readings.flagsOf(own);
  return flags <= FLAG_SAMPLED || flags === exchanges.readings.flagsOf(cause) ? "continued" : undefined;
}

/** Of an exchange without a cause: whether it may go out by itself (a job, a poll) from a machine whose incoming requests can be seen. */
export function isDoubtfulAtAGlance(hop: number, { table, naming }: View): boolean {
  return table.parent[hop] === NO_PARENT && naming.senderOf(hop).port !== undefined && !table.isSenderBlind(hop);
}

/** An exchange that carries no context though what caused it had one, and has no other fault. */
export interface StrippedAtAGlance {
  /** The hop that caused it, or `NO_PARENT` where several could have. */
  readonly cause: number;
  /** As the fault has it (judgement.ts). */
  readonly confidence: number;
  readonly isCircumstantial: boolean;
}

export function strippedAtAGlance(hop: number, view: View): StrippedAtAGlance | undefined {
  if (!isOpenToGlances(hop, view)) return undefined;
  const { table } = view;
  if (table.exchanges.readings.hasFields(table.row[hop]!)) return undefined;
  const parent = table.parent[hop]!;
  if (parent === NO_PARENT) return strippedByCandidates(hop, view);
  const because = table.because(hop);
  const confidence = table.parentConfidence(hop);
  if (confidence < PROVEN_PARENT || INFERRED.has(because) || !leftPlainContext(parent, view)) return undefined;
  return { cause: parent, confidence, isCircumstantial: isBySameRequest(hop, view) };
}

function strippedByCandidates(hop: number, view: View): StrippedAtAGlance | undefined {
  const { table, naming } = view;
  const candidates = table.candidates(hop);
  if (candidates.length === 0 || naming.senderOf(hop).port === undefined || table.isSenderBlind(hop)) return undefined;
  let isFresh = false;
  for (const candidate of candidates) {
    if (!leftPlainContext(candidate, view)) return undefined;
    if (table.startedAt[hop]! - table.startedAt[candidate]! <= FRESH_US) isFresh = true;
  }
  if (!isFresh) return undefined;
  return { cause: candidates.length === 1 ? candidates[0]! : NO_PARENT, confidence: CANDIDATES_CONFIDENCE, isCircumstantial: true };
}

/** It came with a plain context, and no SERVER span says what its receiver went on with. */
function leftPlainContext(hop: number, { table: { exchanges, row }, wireAlone }: View): boolean {
  return exchanges.readings.isPlain(row[hop]!) && wireAlone.has(hop);
}

/** What a receiver recorded, and the spans that a call hangs below, are looked at whole; so is what the capture lacks parts of. */
function isOpenToGlances(hop: number, { table: { exchanges, row }, wireAlone, found }: View): boolean {
  if (!wireAlone.has(hop) || found.borrowed.has(hop) || found.unprompted.has(hop)) return false;
  const own = row[hop]!;
  // What was refused for its size is looked at.
  return exchanges.isWhole(own) && exchanges.status[own] !== HEADER_TOO_LARGE;
}
