// At which end of the requests that a capture shows its loopback is: a sidecar hands on to its application while the caller waits, an application asks its
// sidecar before that goes out.

import { firstPast } from "../wire/bisect.ts";
import { isLoopback } from "../wire/endpoint.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** So many requests on loopback are looked at, and of each so many others that ask for the same at about that time. */
const MAX_LOOKED_AT = 500;
const MAX_BESIDE = 8;
/** Requests that go on, and the part of them that must agree. */
const MIN_PASSED = 5;
const NEARLY_ALL = 0.9;

/** `vantage`: of the capture. Undefined where its requests do not go on, or both ways. */
export function loopbackSide(table: ExchangeTable, vantage: number): "client" | "server" | undefined {
  const inside: number[] = [];
  const byTarget = new Map<number, number[]>();
  for (let row = 0; row < table.size; row++) {
    const { client, server, vantage: own } = table.ends.at(table.endsOf[row]!);
    if (own !== vantage || !table.hasRequest(row)) continue;
    if (isLoopback(client.address) || isLoopback(server.address)) {
      if (inside.length < MAX_LOOKED_AT) inside.push(row);
      continue;
    }
    const same = byTarget.get(table.targetHash[row]!) ?? [];
    byTarget.set(table.targetHash[row]!, same);
    same.push(row);
  }
  for (const rows of byTarget.values()) rows.sort((a, b) => table.requestStart[a]! - table.requestStart[b]!);
  let [within, around] = [0, 0];
  for (const row of inside) {
    const rows = byTarget.get(table.targetHash[row]!) ?? [];
    const next = firstPast(rows.length, (index) => table.requestStart[rows[index]!]! > table.requestStart[row]!);
    if (rows.slice(Math.max(0, next - MAX_BESIDE), next).some((outer) => endsBefore(row, outer, table))) within++;
    else if (rows.slice(next, next + MAX_BESIDE).some((inner) => endsBefore(inner, row, table))) around++;
  }
  if (within + around < MIN_PASSED) return undefined;
  if (within >= NEARLY_ALL * (within + around)) return "server";
  return around >= NEARLY_ALL * (within + around) ? "client" : undefined;
}

/** NaN, an end that was not seen, is before nothing. */
function endsBefore(inner: number, outer: number, { responseEnd }: ExchangeTable): boolean {
  return responseEnd[inner]! <= responseEnd[outer]!;
}
