// Parents of exchanges that went out after their cause was answered (an event that is sent on afterwards, a queue inside the process): whoever was
// sent a trace before, and sends it now, goes on with it, however late.

import { PairTable } from "../wire/pair-table.ts";
import { INFERRED } from "./hop.ts";
import { type HopTable, NO_PARENT } from "./hop-table.ts";

/** Of one trace several requests may have come: the newest is likeliest, and all of them are the same trace. */
const CONFIDENCE = 0.9;

/** For what `linkParents` left without proof. Most runs have nothing of the kind, and then one look at every hop is all. */
export function linkLateParents(table: HopTable): void {
  const wanted = new Set<number>();
  const isReceiving = receivingHosts(table);
  const { readings, identities } = table.exchanges;
  for (let hop = 0; hop < table.size; hop++) {
    if (!isUnproven(table, hop) || isReceiving[table.clientHost(hop)] !== 1) continue;
    const row = table.row[hop]!;
    for (let identity = readings.first(row); identity < readings.end(row); identity++) wanted.add(identities.trace[identity]!);
  }
  if (wanted.size === 0) return;
  /** By machine and trace: the newest hop that came in with it. */
  const received = new PairTable();
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop)) continue;
    if (isUnproven(table, hop)) linkLate(table, hop, received);
    for (const identity of identitiesOf(table, hop)) {
      const trace = table.exchanges.identities.trace[identity]!;
      if (wanted.has(trace)) received.set(table.hostOfPlace[table.receiver(hop)]!, trace, hop);
    }
  }
}

function linkLate(table: HopTable, hop: number, received: PairTable): void {
  for (const identity of identitiesOf(table, hop)) {
    const cause = received.get(table.clientHost(hop), table.exchanges.identities.trace[identity]!);
    if (cause < 0 || table.receiver(cause) === table.receiver(hop)) continue;
    table.link(hop, cause, "trace id", CONFIDENCE);
    table.setCandidates(hop, []);
    return;
  }
}

function isUnproven(table: HopTable, hop: number): boolean {
  return table.isWork(hop) && (table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop)));
}

function receivingHosts(table: HopTable): Uint8Array {
  const isReceiving = new Uint8Array(table.hosts.values.length);
  for (let hop = 0; hop < table.size; hop++) if (table.isWork(hop)) isReceiving[table.hostOfPlace[table.receiver(hop)]!] = 1;
  return isReceiving;
}

/** Places in `exchanges.identities`. */
function* identitiesOf({ exchanges: { readings }, row }: HopTable, hop: number): Iterable<number> {
  const end = readings.end(row[hop]!);
  for (let identity = readings.first(row[hop]!); identity < end; identity++) yield identity;
}
