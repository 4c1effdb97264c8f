import type { ExchangeTable } from "./exchange-table.ts";

/** Hops by the rows of their exchanges. */
export interface HopRows {
  readonly row: Uint32Array;
  readonly exchanges: ExchangeTable;
}

/** Same method, same path: what a proxy makes of a request. */
export function isPassedOn({ row, exchanges }: HopRows, cause: number, hop: number): boolean {
  const came = row[cause]!;
  const went = row[hop]!;
  return exchanges.method[came] === exchanges.method[went] && exchanges.path[came] === exchanges.path[went];
}
