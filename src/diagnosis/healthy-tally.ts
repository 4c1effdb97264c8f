// Counts exchanges without a fault: by edge and by what they are, and by route where other exchanges of the edge are faulty.

import { grown } from "../wire/columns.ts";
import { PairTable } from "../wire/pair-table.ts";
import { type Control, controlOf, type HopFeatures } from "./hop-features.ts";
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
  readonly #features: HopFeatures;
  /** By hop: its kind, packed; 0 for those that are not counted here. */
  readonly #kinds: Uint8Array;
  /** By sender and receiver: the place in `#edges`. */
  readonly #numbers = new PairTable();
  readonly #edges: EdgeTally[] = [];
  /** By edge and kind. */
  #counts = new Uint32Array(FIRST_EDGES * KINDS_OF_HOPS);

  constructor(view: View, tally: Tally, routes: RouteNames, features: HopFeatures) {
    this.#features = features;
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
    const wanted = this.#controlsOfFaultyEdges();
    for (const [number, edge] of this.#edges.entries()) {
      if (wanted[number] !== undefined) continue;
      for (let kind = 0; kind < KINDS_OF_HOPS; kind++) {
        const n = this.#counts[number * KINDS_OF_HOPS + kind]!;
        if (n > 0) this.#tally.count(edge, unpacked(kind), NO_ROUTE, n);
      }
    }
    if (wanted.every((controls) => controls === undefined)) return;
    for (let hop = 0; hop < this.#kinds.length; hop++) {
      if (this.#kinds[hop] === 0) continue;
      const number = this.#edgeNumber(hop);
      const controls = wanted[number];
      if (controls === undefined) continue;
      const [edge, kind] = [this.#edges[number]!, unpacked(this.#kinds[hop]!)];
      const route = this.#routes.of(hop);
      this.#tally.count(edge, kind, route, 1);
      if (controls.size > 0) this.#features.countHealthy(hop, route, kind, edge, controls);
    }
  }

  /**
   * By edge: what its exchanges are compared by, where a replica of its sender does something wrong to a replica of its receiver, since replicas are
   * compared; undefined where all is right.
   */
  #controlsOfFaultyEdges(): (ReadonlySet<Control> | undefined)[] {
    const faulty = new Map<string, Map<string, Set<Control>>>();
    for (const { from, to, verdict, like } of this.#tally.faults.values()) {
      const bySender = faulty.get(from.group) ?? new Map<string, Set<Control>>();
      const controls = bySender.get(to.group) ?? new Set();
      const control = like.severity === "note" ? undefined : controlOf(verdict);
      if (control !== undefined) controls.add(control);
      faulty.set(from.group, bySender.set(to.group, controls));
    }
    return this.#edges.map(({ from, to }) => faulty.get(from.group)?.get(to.group));
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
