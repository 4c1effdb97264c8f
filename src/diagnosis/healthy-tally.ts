// Counts exchanges without a fault: by edge and by what they are, and by route where other exchanges of the edge are faulty.

import { NO_PARENT } from "../hops/hop.ts";
import { grown } from "../wire/columns.ts";
import { PairTable } from "../wire/pair-table.ts";
import type { EdgeNumbers } from "./edge-numbers.ts";
import type { FeatureCounts } from "./features.ts";
import { type Control, controlOf, controlsFor, type HopFeatures } from "./hop-features.ts";
import { KINDS_OF_HOPS, unpacked } from "./packed-kind.ts";
import type { RouteNames } from "./route.ts";
import type { Tally } from "./tally.ts";

const FIRST_EDGES = 64;
/** Where no exchange of an edge is faulty, routes tell nothing. */
const NO_ROUTE = "";

export class HealthyTally {
  readonly #tally: Tally;
  readonly #edges: EdgeNumbers;
  readonly #routes: RouteNames;
  readonly #features: HopFeatures;
  /** By hop: its kind, packed; 0 for those that are not counted here. */
  readonly #kinds: Uint8Array;
  /** By edge and kind. */
  #counts = new Uint32Array(FIRST_EDGES * KINDS_OF_HOPS);

  /** `hops`: how many there are. */
  constructor(hops: number, tally: Tally, edges: EdgeNumbers, routes: RouteNames, features: HopFeatures) {
    this.#tally = tally;
    this.#edges = edges;
    this.#routes = routes;
    this.#features = features;
    this.#kinds = new Uint8Array(hops);
  }

  add(hop: number, kind: number): void {
    this.#kinds[hop] = kind;
    const at = this.#edges.of(hop) * KINDS_OF_HOPS + kind;
    if (at >= this.#counts.length) this.#counts = grown(this.#counts, Math.max(this.#counts.length * 2, at + KINDS_OF_HOPS));
    this.#counts[at] = this.#counts[at]! + 1;
  }

  /** All are judged: which edges are faulty is known now. */
  end(): void {
    const wanted = this.#controlsOfFaultyEdges();
    for (const [number, edge] of this.#edges.all.entries()) {
      if (wanted[number] !== undefined) continue;
      for (let kind = 0; kind < KINDS_OF_HOPS; kind++) {
        const n = this.#counts[number * KINDS_OF_HOPS + kind] ?? 0;
        if (n > 0) this.#tally.count(edge, unpacked(kind), NO_ROUTE, n);
      }
    }
    if (wanted.some((controls) => controls !== undefined)) this.#countByRoute(wanted);
  }

  #countByRoute(wanted: readonly (ReadonlySet<Control> | undefined)[]): void {
    /** By edge and kind, and by whether a context came: where the features are counted. */
    const features: (readonly FeatureCounts[])[] = [];
    /** By edge and kind, and by route: the place in `counts`. */
    const places = new PairTable();
    const counts: { readonly edge: number; readonly kind: number; readonly route: number; n: number }[] = [];
    for (let hop = 0; hop < this.#kinds.length; hop++) {
      const kind = this.#kinds[hop]!;
      if (kind === 0) continue;
      const edge = this.#edges.of(hop);
      const controls = wanted[edge];
      if (controls === undefined) continue;
      const at = edge * KINDS_OF_HOPS + kind;
      const route = this.#routes.numberOf(hop);
      const place = places.get(at, route);
      if (place >= 0) counts[place]!.n++;
      else places.set(at, route, counts.push({ edge, kind, route, n: 1 }) - 1);
      const isBegun = this.#features.countSpared(hop, this.#edges.all[edge]!);
      const own = at * 2 + (isBegun ? 1 : 0);
      features[own] ??= controlsFor(unpacked(kind), isBegun, this.#edges.all[edge]!, controls);
      this.#features.count(hop, route, NO_PARENT, features[own]);
    }
    for (const { edge, kind, route, n } of counts) this.#tally.count(this.#edges.all[edge]!, unpacked(kind), this.#routes.name(route), n);
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
    return this.#edges.all.map(({ from, to }) => faulty.get(from.group)?.get(to.group));
  }
}
