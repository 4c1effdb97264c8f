// Counts exchanges without a fault: by edge and by what they are, and by route where other exchanges of the edge are faulty.

import { grown } from "../wire/columns.ts";
import { PairTable } from "../wire/pair-table.ts";
import { KINDS_OF_HOPS, unpacked } from "./packed-kind.ts";
import type { RouteNames } from "./route.ts";
import type { EdgeTally, Tally } from "./tally.ts";
import type { View } from "./view.ts";

const FIRST_EDGES = 64;
/** Where no exchange of an edge is faulty, routes tell nothing. */
const NO_ROUTE = "";

export class HealthyTally {
  readonly #view: View;
  readonly #tally: Tally;
  readonly #routes: RouteNames;
  /** By hop: its kind, packed; 0 for those that are not counted here. */
  readonly #kinds: Uint8Array;
  /** By sender and receiver: the place in `#edges`. */
  readonly #numbers = new PairTable();
  readonly #edges: EdgeTally[] = [];
  /** By edge and kind. */
  #counts = new Uint32Array(FIRST_EDGES * KINDS_OF_HOPS);

  constructor(view: View, tally: Tally, routes: RouteNames) {
    this.#view = view;
    this.#tally = tally;
    this.#routes = routes;
    this.#kinds = new Uint8Array(view.table.size);
  }

  add(hop: number, kind: number): void {
    this.#kinds[hop] = kind;
    const at = this.#edgeNumber(hop) * KINDS_OF_HOPS + kind;
    this.#counts[at] = this.#counts[at]! + 1;
  }

  /** All are judged: which edges are faulty is known now. */
  end(): void {
    const faulty = this.#faultyEdges();
    for (const [number, edge] of this.#edges.entries()) {
      if (faulty[number]) continue;
      for (let kind = 0; kind < KINDS_OF_HOPS; kind++) {
        const n = this.#counts[number * KINDS_OF_HOPS + kind]!;
        if (n > 0) this.#tally.count(edge, unpacked(kind), NO_ROUTE, n);
      }
    }
    if (!faulty.includes(true)) return;
    for (let hop = 0; hop < this.#kinds.length; hop++) {
      if (this.#kinds[hop] === 0) continue;
      const number = this.#edgeNumber(hop);
      if (faulty[number]) this.#tally.count(this.#edges[number]!, unpacked(this.#kinds[hop]!), this.#routes.of(hop), 1);
    }
  }

  /** By edge: whether a replica of its sender does something wrong to a replica of its receiver, since replicas are compared. */
  #faultyEdges(): boolean[] {
    const faulty = new Map<string, Set<string>>();
    for (const { from, to } of this.#tally.faults.values()) faulty.set(from.group, (faulty.get(from.group) ?? new Set()).add(to.group));
    return this.#edges.map(({ from, to }) => faulty.get(from.group)?.has(to.group) === true);
  }

  /** An edge stands in the tally at once: there they are in the order in which they were first seen. */
  #edgeNumber(hop: number): number {
    const { naming, table } = this.#view;
    const from = naming.senderOf(hop);
    const to = naming.receiverOf(hop);
    const known = this.#numbers.get(from.index, to.index);
    if (known >= 0) return known;
    const number = this.#edges.push(this.#tally.edge(from, to, table.exchanges.protocol(table.row[hop]!))) - 1;
    this.#numbers.set(from.index, to.index, number);
    if (number * KINDS_OF_HOPS === this.#counts.length) this.#counts = grown(this.#counts, this.#counts.length * 2);
    return number;
  }
}
