// Exchanges that the wire alone tells of: no span is matched with them, their traces were not looked up, and they do not say that they are unsampled. Of a large
// capture that are most, since a backend is asked for a part of its traces only.

import { answeredTraces } from "./answered-traces.ts";
import { RouteCounts } from "./exporters/route-counts.ts";
import type { Facts } from "./view.ts";

export class WireAlone {
  /** By hop: 1 where spans may tell of it. */
  readonly #hops: "all" | "none" | Uint8Array;

  constructor(facts: Facts) {
    const { backend, diff } = facts;
    if (!backend.isAsked) this.#hops = diff.index.spans.length === 0 ? "all" : "none";
    // Who was asked for everything lacks what it does not have; and what a service does with some contexts it may do with all.
    else this.#hops = backend.isWindowSearched || RouteCounts.mayHaveOwnTraces(facts) ? "none" : toldHops(facts);
  }

  has(hop: number): boolean {
    return typeof this.#hops === "string" ? this.#hops === "all" : this.#hops[hop] === 0;
  }
}

function toldHops({ table, diff, backend }: Facts): Uint8Array {
  const { size, row, exchanges } = table;
  const { readings, identities } = exchanges;
  const isAnswered = answeredTraces(table, backend);
  const isTold = new Uint8Array(size);
  for (let hop = 0; hop < size; hop++) {
    // Absent from the backend by right, which is said.
    if (readings.isUnsampled(row[hop]!)) isTold[hop] = 1;
    for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++) isTold[hop]! |= isAnswered[identities.trace[own]!]!;
  }
  for (const hop of diff.matches.keys()) isTold[hop] = 1;
  return isTold;
}
