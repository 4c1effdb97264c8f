// Parents of exchanges that went out after their cause was answered (an event that is sent on afterwards, a queue inside the process): whoever was
// sent a trace before, and sends it now, goes on with it, however late.

import { INFERRED, NO_PARENT, type ParentReason } from "./hop.ts";
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
    const isUnproven = table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop)) || table.because(hop) === "same request";
    // That another request of its trace was open is less than that the very context came in before.
    const isByTrace = !isUnproven && table.because(hop) === "trace id";
    for (let i = readings.first(row[hop]!); i < end; i++) {
      if (isUnproven && linkLate(table, hop, i, chains)) break;
      if (isByTrace && linkCopied(table, hop, i, chains)) break;
    }
    for (let i = readings.first(row[hop]!); i < end; i++) chains.put(i, hop);
  }
}

/**
 * Below the newest hop that its machine received with the very same context, else of the same trace, unless that came in where this one goes to.
 * `identity`: one of the hop's.
 */
function linkLate(table: HopTable, hop: number, identity: number, chains: TraceChains): boolean {
  const trace = table.exchanges.identities.trace[identity]!;
  // Several of its trace were open when it went out: one of them it is, and times tell which.
  if (table.candidates(hop).some((candidate) => isOfTrace(candidate, trace, table))) return true;
  if (linkCopied(table, hop, identity, chains)) return true;
  for (const link of receivedBefore(table, hop, identity, chains)) {
    put(table, hop, chains.hop(link), "trace id", CONFIDENCE);
    return true;
  }
  return false;
}

/** Below the newest hop that its machine received with the very same context. */
function linkCopied(table: HopTable, hop: number, identity: number, chains: TraceChains): boolean {
  for (const link of receivedBefore(table, hop, identity, chains)) {
    if (!table.exchanges.identities.isSame(link, identity)) continue;
    put(table, hop, chains.hop(link), "forwarded unchanged", SAME_CONTEXT);
    return true;
  }
  return false;
}

/** Links of the hops of its trace that its machine received, the newest first, up to one that came in where this one goes to. */
function* receivedBefore(table: HopTable, hop: number, identity: number, chains: TraceChains): Generator<number> {
  const host = table.clientHost[hop]!;
  // Who else of the machine may have sent it: a caller from outside that uses one trace id again does not go on with what services were sent.
  if (table.machines.isShared(table.hosts.values[host]!)) return;
  let link = chains.newest(table.exchanges.identities.trace[identity]!);
  for (let steps = 0; link >= 0 && steps < MAX_STEPS; link = chains.older(link), steps++) {
    const receiver = table.receiver[chains.hop(link)]!;
    if (table.hostOfPlace[receiver] !== host) continue;
    if (receiver === table.receiver[hop]!) return;
    yield link;
  }
}

function put(table: HopTable, hop: number, cause: number, because: ParentReason, confidence: number): void {
  table.link(hop, cause, because, confidence);
  table.setCandidates(hop, []);
}

function isOfTrace(hop: number, trace: number, { row, exchanges: { readings, identities } }: HopTable): boolean {
  for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++) if (identities.trace[own] === trace) return true;
  return false;
}
