// Hops in columns: the best sighting of each, its times on the clock of the run, and what caused it.

import type { ConnectionSummary } from "../protocols/observation.ts";
import { Interned } from "../wire/columns.ts";
import { Blindness } from "./blindness.ts";
import { coverageOf } from "./coverage.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { fillHops } from "./fill-hops.ts";
import { NO_PARENT, type ParentReason, type Place, PURPOSES, WORK } from "./hop.ts";
import type { Machines } from "./machines.ts";
import type { Sightings, Timeline } from "./sightings.ts";
import type { Unwrapping } from "./unwrapping.ts";

/** Steps of a confidence that are told apart. */
const CONFIDENCE_STEPS = 10_000;
const NO_CANDIDATES: readonly number[] = [];

export class HopColumns {
  readonly size: number;
  readonly exchanges: ExchangeTable;
  readonly machines: Machines;
  /** By vantage point: what its clock shows minus the clock of the run, µs. */
  readonly clocks: readonly number[];
  /** By hop: the row of its best sighting. */
  readonly row: Uint32Array;
  /** Number of the machine that sent it. */
  readonly clientHost: Uint32Array;
  /** Number of the listener that received it. */
  readonly receiver: Uint32Array;
  readonly startedAt: Float64Array;
  /** NaN where no end was seen. */
  readonly endedAt: Float64Array;
  /** Whether the end of any was not seen. */
  readonly hasOpenEnds: boolean;
  /** Index in `PURPOSES`. */
  readonly purpose: Uint8Array;
  /** Index of the hop that caused it, or `NO_PARENT`. */
  readonly parent: Int32Array;
  readonly #confidence: Uint16Array;
  /** Numbers of the machines by ends of `exchanges`: who sent, and which listener received. */
  readonly hosts = new Interned<string>();
  readonly places = new Interned<Place>();
  readonly hostOfEnds: Int32Array;
  readonly placeOfEnds: Int32Array;
  /** By number in `places`: the number of its machine in `hosts`. */
  readonly hostOfPlace: Int32Array;
  readonly #parentReason: Uint8Array;
  readonly #reasons = new Interned<ParentReason>();
  readonly #candidates = new Map<number, readonly number[]>();
  readonly #blindness: Blindness;
  readonly #sightings: Sightings;
  /** By hop: its group in `#sightings`. */
  readonly #group: Uint32Array;

  constructor(
    exchanges: ExchangeTable,
    sightings: Sightings,
    timeline: Timeline,
    machines: Machines,
    clocks: readonly number[],
    connections: readonly ConnectionSummary[],
  ) {
    const size = timeline.order.length;
    this.size = size;
    this.exchanges = exchanges;
    this.machines = machines;
    this.clocks = clocks;
    this.#sightings = sightings;
    this.#group = timeline.order;
    this.row = new Uint32Array(size);
    this.startedAt = new Float64Array(size);
    this.endedAt = new Float64Array(size);
    this.purpose = new Uint8Array(size);
    this.parent = new Int32Array(size).fill(NO_PARENT);
    this.#confidence = new Uint16Array(size);
    this.clientHost = new Uint32Array(size);
    this.receiver = new Uint32Array(size);
    this.#parentReason = new Uint8Array(size);
    this.hostOfEnds = Int32Array.from(exchanges.ends, ({ client, vantage }) => this.hosts.number(machines.hostOf(client.address, vantage)));
    this.placeOfEnds = Int32Array.from(exchanges.ends, ({ server, vantage }) => this.places.number(machines.placeOf(server, vantage)));
    this.hostOfPlace = Int32Array.from(this.places.values, ({ host }) => this.hosts.number(host));
    this.#blindness = new Blindness(this, coverageOf(this, connections));
    fillHops(this, sightings, timeline);
    this.hasOpenEnds = this.endedAt.some(Number.isNaN);
  }

  isWork(hop: number): boolean {
    return this.purpose[hop] === WORK;
  }

  isExport(hop: number): boolean {
    return PURPOSES[this.purpose[hop]!] === "export";
  }

  link(hop: number, parent: number, because: ParentReason, confidence: number): void {
    this.parent[hop] = parent;
    this.#parentReason[hop] = this.#reasons.number(because);
    this.#confidence[hop] = Math.round(confidence * CONFIDENCE_STEPS);
  }

  /** Whether its sender may have been serving requests that the captures cannot show. */
  isSenderBlind(hop: number): boolean {
    return this.#blindness.isSenderBlind(hop);
  }

  /** Known once parents by ids are. */
  get unwrapping(): Unwrapping {
    return this.#blindness.unwrapping;
  }

  /** 0..1, where it has a parent. */
  parentConfidence(hop: number): number {
    return this.#confidence[hop]! / CONFIDENCE_STEPS;
  }

  because(hop: number): ParentReason {
    return this.#reasons.values[this.#parentReason[hop]!]!;
  }

  /** Whether any hop has candidates for its parent. */
  get hasCandidates(): boolean {
    return this.#candidates.size > 0;
  }

  candidates(hop: number): readonly number[] {
    return this.#candidates.get(hop) ?? NO_CANDIDATES;
  }

  setCandidates(hop: number, candidates: readonly number[]): void {
    if (candidates.length === 0) this.#candidates.delete(hop);
    else this.#candidates.set(hop, candidates);
  }

  /** Rows of all sightings. */
  rows(hop: number): readonly number[] {
    return this.#sightings.rows(this.#group[hop]!);
  }

  /** The capture that shows its first sighting. */
  vantageOf(hop: number): number {
    return this.exchanges.vantageOf(this.#sightings.first(this.#group[hop]!));
  }

  isSeenOnce(hop: number): boolean {
    return this.#sightings.isAlone(this.#group[hop]!);
  }
}
