// A machine that does nothing but pass requests on with their ids sends each once, as it came. What it sends beside those with ids that did not come in, or
// with none to where the request went, is of requests that no capture shows: of callers elsewhere, behind the captures' edge. What goes elsewhere without ids
// may ask whether the request is allowed.

import { NO_PARENT } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { isPassedOn } from "./passed-on.ts";

/** So many hops, and this part of those whose parents ids tell, are requests as they came in. */
const MIN_PASSED = 10;
const PASSED_SHARE = 0.95;

/** Takes back parents, and drops candidates, where those went on under their ids; of hops with ids of their own also where those were something else. */
export function unlinkForeignRequests(table: HopTable): void {
  const { size, parent, row, clientHost, receiver, exchanges } = table;
  const passedTo = new Int32Array(size).fill(NOWHERE);
  const isRelay = findRelays(table, passedTo);
  if (!isRelay.includes(1)) return;
  const { readings } = exchanges;
  for (let hop = 0; hop < size; hop++) {
    if (isRelay[clientHost[hop]!] === 0 || isInside(table, hop) || isById(table, hop)) continue;
    const isBare = readings.first(row[hop]!) === readings.end(row[hop]!);
    const isPossible = (cause: number) =>
      isBare ? passedTo[cause] !== receiver[hop] : passedTo[cause] === NOWHERE && isPassedOn(table, cause, hop);
    if (parent[hop]! >= 0 && !isPossible(parent[hop]!)) parent[hop] = NO_PARENT;
    table.setCandidates(hop, table.candidates(hop).filter(isPossible));
  }
}

/** From a sidecar to its application, or from that to the sidecar. */
function isInside({ hostOfPlace, receiver, clientHost }: HopTable, hop: number): boolean {
  return hostOfPlace[receiver[hop]!] === clientHost[hop];
}

function isById(table: HopTable, hop: number): boolean {
  if (table.parent[hop]! < 0) return false;
  const because = table.because(hop);
  return because === "forwarded unchanged" || because === "trace id" || because === "request id";
}

const NOWHERE = -1;

/** By number of the machine; `passedTo`: by hop that went on, gets the listener that it went to. */
function findRelays(table: HopTable, passedTo: Int32Array): Uint8Array {
  const { size, parent, clientHost, receiver, hosts } = table;
  const byIds = new Uint32Array(hosts.values.length);
  const passed = new Uint32Array(hosts.values.length);
  for (let hop = 0; hop < size; hop++) {
    if (!isById(table, hop) || isInside(table, hop)) continue;
    const host = clientHost[hop]!;
    byIds[host]!++;
    if (!isPassedOn(table, parent[hop]!, hop)) continue;
    passed[host]!++;
    passedTo[parent[hop]!] = receiver[hop]!;
  }
  return Uint8Array.from(byIds, (count, host) => Number(passed[host]! >= MIN_PASSED && passed[host]! >= PASSED_SHARE * count));
}
