// Observations of all vantage points become hops: joined, put on one clock, read for contexts, and linked to the hops that caused them.

import type { ConnectionSummary, TlsHandshake } from "../protocols/observation.ts";
import { PairTable } from "../wire/pair-table.ts";
import { estimateCaptureClocks } from "./capture-clocks.ts";
import { linkEarlyParents } from "./early-parents.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import type { Hop } from "./hop.ts";
import { HopTable } from "./hop-table.ts";
import { linkLateParents } from "./late-parents.ts";
import { loopbackMachines } from "./loopbacks.ts";
import { findMachines } from "./machines.ts";
import { linkParents } from "./parents.ts";
import { Sightings, startOf, type Timeline } from "./sightings.ts";
import { unlinkForeignRequests } from "./unlink-foreign-requests.ts";

export interface HopGraph {
  /** Ordered by `startedAt`; a hop's `index` is its place. What looks at every hop uses `table`. */
  readonly hops: readonly Hop[];
  readonly table: HopTable;
}

export function buildHops(
  exchanges: ExchangeTable,
  connections: readonly ConnectionSummary[],
  vantagePoints: number,
  tls: readonly TlsHandshake[],
): HopGraph {
  const loopbacks = loopbackMachines(exchanges, vantagePoints);
  const sightings = new Sightings(exchanges, vantagePoints, loopbacks);
  const clocks = estimateCaptureClocks(exchanges, sightings, vantagePoints);
  const machines = findMachines(exchanges, connections, loopbacks, tls);
  const table = new HopTable(exchanges, sightings, orderByStart(exchanges, sightings, clocks), machines, clocks, connections);
  inferPurposes(table);
  linkParents(table);
  unlinkForeignRequests(table);
  linkLateParents(table);
  linkEarlyParents(table);
  return {
    get hops() {
      return table.all();
    },
    table,
  };
}

/** By the first time that any vantage point saw them; equal times by frame number. */
function orderByStart(exchanges: ExchangeTable, sightings: Sightings, clocks: readonly number[]): Timeline {
  const starts = new Float64Array(sightings.groups);
  for (let group = 0; group < sightings.groups; group++) {
    // One capture that lacks nothing, the usual case: its times are the times.
    const plain = sightings.isOneEach ? exchanges.requestStart[group]! : Number.NaN;
    starts[group] = Number.isNaN(plain) ? firstSeen(group, exchanges, sightings, clocks) : plain;
  }
  return { order: sortNearlyOrdered(starts, (group) => exchanges.frame(sightings.first(group))), starts };
}

function firstSeen(group: number, exchanges: ExchangeTable, sightings: Sightings, clocks: readonly number[]): number {
  let start = Number.POSITIVE_INFINITY;
  for (let row = sightings.first(group); row >= 0; row = sightings.next(row)) start = Math.min(start, startOf(exchanges, row, clocks));
  return start;
}

/** Exchanges end a little out of the order in which they began: moving each a few places is quicker than any general sort. */
function sortNearlyOrdered(starts: Float64Array, frameOf: (group: number) => number): Uint32Array {
  const count = starts.length;
  const order = new Uint32Array(count);
  /** The starts in that order, side by side. */
  const sorted = new Float64Array(count);
  let moves = 0;
  for (let i = 0; i < count; i++) {
    const start = starts[i]!;
    let at = i;
    while (at > 0 && (start < sorted[at - 1]! || (start === sorted[at - 1] && frameOf(i) < frameOf(order[at - 1]!)))) {
      order[at] = order[at - 1]!;
      sorted[at] = sorted[at - 1]!;
      at--;
    }
    order[at] = i;
    sorted[at] = start;
    moves += i - at;
    if (moves > MAX_MOVES_EACH * count) return sortAll(starts, frameOf);
  }
  return order;
}

function sortAll(starts: Float64Array, frameOf: (group: number) => number): Uint32Array {
  const order = new Uint32Array(starts.length).map((_, group) => group);
  return order.sort((a, b) => starts[a]! - starts[b]! || frameOf(a) - frameOf(b) || a - b);
}

/** Beyond it the input is not nearly ordered (several captures one after another), and a general sort takes over. */
const MAX_MOVES_EACH = 32;

/** A request whose head the captures lack is taken for what all others between the same two machines are for. */
function inferPurposes(table: HopTable): void {
  const hasRequest = (hop: number) => table.exchanges.hasRequest(table.row[hop]!);
  const unknown: number[] = [];
  for (let hop = 0; hop < table.size; hop++) if (!hasRequest(hop)) unknown.push(hop);
  if (unknown.length === 0) return;
  const known = new PairTable();
  for (let hop = 0; hop < table.size; hop++) {
    if (!hasRequest(hop)) continue;
    const from = table.clientHost[hop]!;
    const to = table.receiver[hop]!;
    const purposes = Math.max(0, known.get(from, to));
    known.set(from, to, purposes | (1 << table.purpose[hop]!));
  }
  for (const hop of unknown) {
    const purposes = known.get(table.clientHost[hop]!, table.receiver[hop]!);
    const isOne = purposes > 0 && (purposes & (purposes - 1)) === 0;
    if (isOne) table.purpose[hop] = Math.log2(purposes);
  }
}
