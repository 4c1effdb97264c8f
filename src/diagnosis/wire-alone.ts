// Exchanges that the wire alone tells of: no span is matched with them, and their traces were not looked up. Of a large capture that are most, since a backend is
// asked for a part of its traces only.

import { RouteCounts } from "./exporters/route-counts.ts";
import { lookedUpTraces } from "./looked-up-traces.ts";
import type { Facts } from "./view.ts";

export class WireAlone {
  readonly #isEmpty: boolean;
  /** By hop: whether spans may tell of it; undefined where there are none at all. */
  readonly #isTold: Uint8Array | undefined;

  constructor(facts: Facts) {
    const { backend, diff } = facts;
    const isAlone = !backend.isAsked && diff.index.spans.length === 0;
    // Who was asked for everything lacks what it does not have; and what a service does with all its contexts it does with these.
    this.#isEmpty = !isAlone && (!backend.isAsked || backend.isWindowSearched || RouteCounts.mayHaveOwnTraces(facts));
    this.#isTold = isAlone || this.#isEmpty ? undefined : toldHops(facts);
  }

  has(hop: number): boolean {
    return !this.#isEmpty && (this.#isTold === undefined || this.#isTold[hop] === 0);
  }
}

function toldHops({ table, diff, backend }: Facts): Uint8Array {
  const { size, row, exchanges } = table;
  const { readings, identities } = exchanges;
  const isLookedUp = lookedUpTraces(table, backend);
  const isTold = new Uint8Array(size);
  for (let hop = 0; hop < size; hop++) {
    // Absent from the backend by right, which is said.
    if (readings.isUnsampled(row[hop]!)) isTold[hop] = 1;
    for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++) isTold[hop]! |= isLookedUp[identities.trace[own]!]!;
  }
  for (const hop of diff.naming) isTold[hop] = 1;
  for (const hop of diff.matches.keys()) isTold[hop] = 1;
  return isTold;
}
