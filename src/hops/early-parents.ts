// Parents that seem to have begun after what they caused: clocks of captures step and drift, and packets of two interfaces are stamped in turns. An id that
// came in shortly after it had gone out tells them all the same.

import { MILLISECOND } from "../wire/timestamp.ts";
import { INFERRED, NO_PARENT, type ParentReason } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { isSameRequest } from "./parents.ts";
import { TraceChains } from "./trace-chains.ts";

/** How far clocks are found to be apart that the captures as a whole put right. */
const MAX_EARLY_US = 100 * MILLISECOND;
/** Its end may seem to be as much too early, and a little more. */
const END_SLACK_US = 5 * MILLISECOND;
/** The clocks disagree, too. */
const CONFIDENCE = 0.95;
/** Of one trace, so many of the next hops are looked at. */
const MAX_STEPS = 16;

/** For what nothing but its asking for the same, or being open, ties to a parent. One capture tells one time: there is nothing to put right. */
export function linkEarlyParents(table: HopTable): void {
  if (table.clocks.length < 2) return;
  const { row, exchanges } = table;
  const { readings, identities } = exchanges;
  const chains = new TraceChains(identities);
  /** By receiving machine and request id: the hop that comes next. */
  const byRequestId = new Map<string, number>();
  for (let hop = table.size - 1; hop >= 0; hop--) {
    if (!table.isWork(hop)) continue;
    const end = readings.end(row[hop]!);
    const isUnproven = table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop)) || table.because(hop) === "same request";
    let isFound = false;
    for (let own = readings.first(row[hop]!); isUnproven && !isFound && own < end; own++) isFound = linkEarly(table, hop, own, chains);
    for (let own = readings.first(row[hop]!); own < end; own++) chains.put(own, hop);
    const requestId = readings.requestId(row[hop]!);
    if (requestId === undefined) continue;
    const next = byRequestId.get(`${table.clientHost[hop]!} ${requestId}`);
    if (isUnproven && !isFound && next !== undefined && isEnclosing(table, next, hop)) link(table, hop, next, "request id");
    byRequestId.set(`${table.hostOfPlace[table.receiver[hop]!]!} ${requestId}`, hop);
  }
}

/** The next hop that its machine received with the very same context, asking for the same and open for longer. */
function linkEarly(table: HopTable, hop: number, identity: number, chains: TraceChains): boolean {
  const host = table.clientHost[hop]!;
  if (table.machines.isShared(table.hosts.values[host]!)) return false;
  const { identities } = table.exchanges;
  let steps = 0;
  for (let next = chains.newest(identities.trace[identity]!); next >= 0 && steps < MAX_STEPS; next = chains.older(next), steps++) {
    const cause = chains.hop(next);
    if (table.startedAt[cause]! - table.startedAt[hop]! > MAX_EARLY_US) return false;
    const receiver = table.receiver[cause]!;
    if (table.hostOfPlace[receiver] !== host || !identities.isSame(next, identity)) continue;
    if (!isSameRequest(cause, hop, table) || !isEnclosing(table, cause, hop)) continue;
    link(table, hop, cause, "forwarded unchanged");
    return true;
  }
  return false;
}

function link(table: HopTable, hop: number, cause: number, because: ParentReason): void {
  table.link(hop, cause, because, CONFIDENCE);
  table.setCandidates(hop, []);
}

/** Came in where the call did not go to, soon after it, and was open for longer. */
function isEnclosing(table: HopTable, cause: number, hop: number): boolean {
  const early = table.startedAt[cause]! - table.startedAt[hop]!;
  if (table.receiver[cause] === table.receiver[hop] || early > MAX_EARLY_US) return false;
  return !(table.endedAt[cause]! < table.endedAt[hop]! - early - END_SLACK_US) && !isBelow(cause, hop, table);
}

/** Whether one hop is what another caused, as far as is known. */
function isBelow(hop: number, above: number, { parent }: HopTable): boolean {
  let at = hop;
  for (let steps = 0; steps < MAX_STEPS && at !== NO_PARENT; steps++) {
    if (at === above) return true;
    at = parent[at]!;
  }
  return false;
}
