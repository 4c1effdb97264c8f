// Figures over all hops of a table, for reports.

import { PURPOSES, type Purpose } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";

export function countOfPurpose({ size, purpose }: HopTable, wanted: Purpose): number {
  const number = PURPOSES.indexOf(wanted);
  let found = 0;
  for (let hop = 0; hop < size; hop++) if (purpose[hop] === number) found++;
  return found;
}

/** Hops whose request carries a valid context. */
export function countWithContext({ size, row, exchanges }: HopTable): number {
  let found = 0;
  for (let hop = 0; hop < size; hop++) if (exchanges.readings.hasContext(row[hop]!)) found++;
  return found;
}

/** The first exchange of the work that a hop caused. */
export function firstCausedBy(table: HopTable, cause: number): number | undefined {
  const { parent } = table;
  for (let hop = parent.indexOf(cause); hop >= 0; hop = parent.indexOf(cause, hop + 1)) if (table.isWork(hop)) return hop;
  return undefined;
}
