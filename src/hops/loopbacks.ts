// Loopback means another machine in every capture, unless two captures show the same exchange there: then both were taken on one machine.

import { isLoopback } from "../wire/endpoint.ts";
import { PairTable } from "../wire/pair-table.ts";
import { SECOND } from "../wire/timestamp.ts";
import { type Ends, isSameEnd } from "./connection-ends.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** Two captures of one machine have one clock. */
const CLOCKS_WITHIN_US = SECOND;

/** By vantage point: the first one that was taken on the same machine as far as loopback tells; itself where no earlier one was. */
export function loopbackMachines(table: ExchangeTable, vantagePoints: number): Int32Array {
  const machines = Int32Array.from({ length: vantagePoints }, (_, vantage) => vantage);
  if (vantagePoints <= 1) return machines;
  const isLocal = Uint8Array.from(table.ends, (ends) => Number(isOnLoopback(ends)));
  if (!isLocal.includes(1)) return machines;
  const known = new PairTable();
  for (let row = 0; row < table.size; row++) {
    if (isLocal[table.endsOf[row]!] === 0 || !table.isWhole(row) || !table.hasResponse(row)) continue;
    const other = known.set(table.requestSequence[row]!, table.responseSequence[row]!, row);
    if (other < 0 || !isSameExchange(table, row, other)) continue;
    const [a, b] = [machines[table.vantageOf(row)]!, machines[table.vantageOf(other)]!];
    if (a === b) continue;
    for (let vantage = 0; vantage < vantagePoints; vantage++) if (machines[vantage] === Math.max(a, b)) machines[vantage] = Math.min(a, b);
  }
  return machines;
}

export function isOnLoopback({ client, server }: Ends): boolean {
  return isLoopback(client.address) || isLoopback(server.address);
}

/** With both sequence numbers equal, as the caller knows. */
function isSameExchange(table: ExchangeTable, row: number, other: number): boolean {
  const a = table.ends.at(table.endsOf[row]!);
  const b = table.ends.at(table.endsOf[other]!);
  return (
    a.vantage !== b.vantage &&
    isSameEnd(a.client, b.client) &&
    isSameEnd(a.server, b.server) &&
    table.stream[row] === table.stream[other] &&
    table.targetHash[row] === table.targetHash[other] &&
    Math.abs(table.requestStart[row]! - table.requestStart[other]!) <= CLOCKS_WITHIN_US
  );
}
