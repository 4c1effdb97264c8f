import type { HopTable } from "../hops/hop-table.ts";

/** It goes on in the trace of its cause, and no span id of it is the cause's. */
export function isReparented({ row, exchanges }: HopTable, parent: number, hop: number): boolean {
  const { readings, identities } = exchanges;
  const came = row[parent]!;
  const went = row[hop]!;
  let goesOn = false;
  for (let own = readings.first(went); own < readings.end(went); own++) {
    for (let before = readings.first(came); before < readings.end(came); before++) {
      if (identities.isSameSpanId(own, before)) return false;
      goesOn ||= identities.trace[own] === identities.trace[before];
    }
  }
  return goesOn;
}
