// Most exchanges of a healthy capture carry on one plain `traceparent`, begin a trace, or have none to carry on: that is told from the columns of
// the hop table, without an object. Whatever is not plain is judged whole (judge-sender.ts), and MUST come out the same there.

import { NO_PARENT } from "../hops/hop-table.ts";
import { FLAG_SAMPLED } from "../propagation/w3c.ts";
import { PROVEN_PARENT } from "./expectation.ts";
import type { Outcome } from "./judgement.ts";
import type { View } from "./view.ts";

/** 431 (RFC 6585 §5): what was refused for its size is looked at. */
const HEADER_TOO_LARGE = 431;

/** The outcome of an exchange without any fault; undefined where it takes a closer look. */
export function outcomeAtAGlance(hop: number, { table, diff, backend }: View): Outcome | undefined {
  // What a receiver recorded, and the spans that a call hangs below, are looked at whole.
  if (backend.isAsked || diff.index.spans.length > 0) return undefined;
  const { exchanges, row, parent, parentConfidence } = table;
  const own = row[hop]!;
  if (!exchanges.isWhole(own) || exchanges.status[own] === HEADER_TOO_LARGE) return undefined;
  if (parent[hop] === NO_PARENT) {
    if (table.candidates(hop).length > 0) return undefined;
    if (exchanges.readings.isPlain(own)) return exchanges.readings.flagsOf(own) <= FLAG_SAMPLED ? "continued" : undefined;
    return exchanges.readings.hasFields(own) ? undefined : "absent";
  }
  const cause = row[parent[hop]!]!;
  if (parentConfidence[hop]! < PROVEN_PARENT || !exchanges.readings.isPlain(own) || !exchanges.readings.isPlain(cause)) return undefined;
  const { trace, decision } = exchanges.identities;
  const [after, before] = [exchanges.readings.first(own), exchanges.readings.first(cause)];
  if (trace[after] !== trace[before] || decision[after] !== decision[before]) return undefined;
  // Other flags than these some receivers reject (other-receivers.ts).
  const flags = exchanges.readings.flagsOf(own);
  return flags <= FLAG_SAMPLED || flags === exchanges.readings.flagsOf(cause) ? "continued" : undefined;
}

/** Of an exchange without a cause: whether it may go out by itself (a job, a poll) from a machine whose incoming requests can be seen. */
export function isDoubtfulAtAGlance(hop: number, { table, naming }: View): boolean {
  return table.parent[hop] === NO_PARENT && naming.senderOf(hop).port !== undefined && !table.isSenderBlind(hop);
}
