// Parents of exchanges that went out after their cause was answered (an event that is sent on afterwards, a queue inside the process): whoever was
// sent a trace before, and sends it now, goes on with it, however late, whatever else is open then.

import { INFERRED, NO_PARENT } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { TraceChains } from "./trace-chains.ts";

/** Of one trace several requests may have come: the newest is likeliest, and all of them are the same trace. */
const CONFIDENCE = 0.9;
/** Who copies the very context of a request goes on with that request, though it may have been tried twice. */
const SAME_CONTEXT = 0.97;

/** Of one trace, so many of the newest hops are looked at. */
const MAX_STEPS = 64;

/** For what `linkParents` left without proof: a request that asks for the same, in another trace, is less than the trace itself. */
export function linkLateParents(table: HopTable): void {
  const { row, exchanges } = table;
  const { readings, identities } = exchanges;
  const chains = new TraceChains(identities);
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop)) continue;
    const end = readings.end(row[hop]!);
    for (let own = readings.first(row[hop]!); own < end; own++) if (linkLate(table, hop, own, chains)) break;
    for (let own = readings.first(row[hop]!); own < end; own++) chains.put(own, hop);
  }
}

/**
 * Below the newest hop that its machine received with the very same context, which is more than that another request of its trace was open; else, where
 * nothing proves a parent, below the newest of the same trace. `identity`: one of the hop's.
 */
function linkLate(table: HopTable, hop: number, identity: number, chains: TraceChains): boolean {
  const isUnproven = table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop)) || table.because(hop) === "same request";
  if (!isUnproven && table.because(hop) !== "trace id") return false;
  const trace = table.exchanges.identities.trace[identity]!;
  // Several of its trace were open when it went out: one of them it is, and times tell which.
  if (isUnproven && table.candidates(hop).some((candidate) => isOfTrace(candidate, trace, table))) return true;
  const { newest, same } = receivedBefore(table, hop, identity, chains);
  if (same !== NO_PARENT) table.link(hop, same, "forwarded unchanged", SAME_CONTEXT);
  else if (isUnproven && newest !== NO_PARENT) table.link(hop, newest, "trace id", CONFIDENCE);
  else return false;
  table.setCandidates(hop, []);
  return true;
}

/**
 * Of the hops that its machine received before, down to one that came in where this one goes to: the newest of its trace, and the newest with the very same
 * context. A context that the machine sent before it received it is its own, which somebody sent back.
 */
function receivedBefore(table: HopTable, hop: number, identity: number, chains: TraceChains): { newest: number; same: number } {
  const { identities } = table.exchanges;
  const host = table.clientHost[hop]!;
  const found = { newest: NO_PARENT, same: NO_PARENT };
  // Who else of the machine may have sent it: a caller from outside that uses one trace id again does not go on with what services were sent.
  if (table.machines.isShared(table.hosts.values[host]!)) return found;
  let isOwn = false;
  let link = chains.newest(identities.trace[identity]!);
  for (let steps = 0; link >= 0 && steps < MAX_STEPS; link = chains.older(link), steps++) {
    const cause = chains.hop(link);
    const isSame = identities.isSame(link, identity);
    if (isSame && table.clientHost[cause] === host) isOwn = true;
    if (table.hostOfPlace[table.receiver[cause]!] !== host) continue;
    if (table.receiver[cause] === table.receiver[hop]) break;
    if (found.newest === NO_PARENT) found.newest = cause;
    if (!isSame) continue;
    isOwn = false;
    if (found.same === NO_PARENT) found.same = cause;
  }
  return isOwn ? { ...found, same: NO_PARENT } : found;
}

function isOfTrace(hop: number, trace: number, { row, exchanges: { readings, identities } }: HopTable): boolean {
  for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++) if (identities.trace[own] === trace) return true;
  return false;
}
