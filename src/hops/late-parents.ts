// Parents of exchanges that went out after their cause was answered (an event that is sent on afterwards, a queue inside the process): whoever was
// sent a trace before, and sends it now, goes on with it, however late.

import { INFERRED, NO_PARENT } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { TraceChains } from "./trace-chains.ts";

/** Of one trace several requests may have come: the newest is likeliest, and all of them are the same trace. */
const CONFIDENCE = 0.9;

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
    const isUnproven = table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop)) || table.because(hop) === "same request";
    for (let i = readings.first(row[hop]!); isUnproven && i < end; i++) if (linkLate(table, hop, identities.trace[i]!, chains)) break;
    for (let i = readings.first(row[hop]!); i < end; i++) chains.put(i, hop);
  }
}

/** Below the newest hop of the trace that its machine received, unless that came in where this one goes to. */
function linkLate(table: HopTable, hop: number, trace: number, chains: TraceChains): boolean {
  const host = table.clientHost[hop]!;
  // Several of its trace were open when it went out: one of them it is, and times tell which.
  if (table.candidates(hop).some((candidate) => isOfTrace(candidate, trace, table))) return true;
  // Who else of the machine may have sent it: a caller from outside that uses one trace id again does not go on with what services were sent.
  if (table.machines.isShared(table.hosts.values[host]!)) return false;
  let steps = 0;
  for (let link = chains.newest(trace); link >= 0 && steps < MAX_STEPS; link = chains.older(link), steps++) {
    const cause = chains.hop(link);
    const receiver = table.receiver[cause]!;
    if (table.hostOfPlace[receiver] !== host) continue;
    if (receiver === table.receiver[hop]!) return false;
    table.link(hop, cause, "trace id", CONFIDENCE);
    table.setCandidates(hop, []);
    return true;
  }
  return false;
}

function isOfTrace(hop: number, trace: number, { row, exchanges: { readings, identities } }: HopTable): boolean {
  for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++) if (identities.trace[own] === trace) return true;
  return false;
}
