// Edges of the tally by small numbers: what is counted for every hop is counted under them.

import { PairTable } from "../wire/pair-table.ts";
import type { EdgeTally, Tally } from "./tally.ts";
import type { View } from "./view.ts";

export class EdgeNumbers {
  readonly #view: View;
  readonly #tally: Tally;
  /** By sender and receiver: the place in `#edges`. */
  readonly #numbers = new PairTable();
  readonly #edges: EdgeTally[] = [];

  constructor(view: View, tally: Tally) {
    this.#view = view;
    this.#tally = tally;
  }

  /** An edge stands in the tally at once: there they are in the order in which they were first seen. */
  of(hop: number): number {
    const { naming, table } = this.#view;
    const from = naming.senderOf(hop);
    const to = naming.receiverOf(hop);
    const known = this.#numbers.get(from.index, to.index);
    if (known >= 0) return known;
    const number = this.#edges.push(this.#tally.edge(from, to, table.exchanges.protocol(table.row[hop]!))) - 1;
    this.#numbers.set(from.index, to.index, number);
    return number;
  }

  get all(): readonly EdgeTally[] {
    return this.#edges;
  }
}
