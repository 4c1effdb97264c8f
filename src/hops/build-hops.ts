// Observations of all vantage points become hops: joined, put on one clock, read for contexts, and linked to the hops that caused them.

import type { ConnectionSummary } from "../protocols/observation.ts";
import { estimateCaptureClocks } from "./capture-clocks.ts";
import type { Hop, Observed, ReadExchange } from "./hop.ts";
import { bestSighting, joinSightings } from "./join-sightings.ts";
import { findMachines, type Machines } from "./machines.ts";
import { linkParents } from "./parents.ts";

export interface HopGraph {
  /** Ordered by `startedAt`; a hop's `index` is its place. */
  readonly hops: readonly Hop[];
  readonly machines: Machines;
  /** By vantage point: what its clock shows minus the clock of the run, µs. */
  readonly clocks: readonly number[];
}

export function buildHops(exchanges: readonly ReadExchange[], connections: readonly ConnectionSummary[], vantagePoints: number): HopGraph {
  const groups = joinSightings(exchanges, vantagePoints);
  const clocks = estimateCaptureClocks(groups, vantagePoints);
  const machines = findMachines(exchanges, connections, vantagePoints);
  const order = orderByStart(groups, clocks);
  const hops = new Array<Hop>(groups.length);
  for (let index = 0; index < order.length; index++) hops[index] = makeHop(index, groups[order[index]!]!, machines, clocks);
  const known = inferPurposes(hops);
  linkParents(known, machines);
  return { hops: known, machines, clocks };
}

/** Places of the groups, by the first time that any vantage point saw them; equal times by frame number. */
function orderByStart(groups: readonly (readonly ReadExchange[])[], clocks: readonly number[]): Uint32Array {
  const starts = new Float64Array(groups.length);
  const frames = new Float64Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    const sightings = groups[i]!;
    starts[i] = startOf(sightings, clocks);
    frames[i] = sightings[0]?.request?.packet.number ?? sightings[0]?.response?.packet.number ?? 0;
  }
  return sortNearlyOrdered(groups.length, (a, b) => starts[a]! - starts[b]! || frames[a]! - frames[b]! || a - b);
}

/** Exchanges end a little out of the order in which they began: moving each a few places is quicker than any general sort. */
function sortNearlyOrdered(count: number, compare: (a: number, b: number) => number): Uint32Array {
  const order = new Uint32Array(count);
  let moves = 0;
  for (let i = 0; i < count; i++) {
    let at = i;
    while (at > 0 && compare(order[at - 1]!, i) > 0) {
      order[at] = order[at - 1]!;
      at--;
      moves++;
    }
    order[at] = i;
    if (moves > MAX_MOVES_EACH * count) return Uint32Array.from(order.keys()).sort(compare);
  }
  return order;
}

/** Beyond it the input is not nearly ordered (several captures one after another), and a general sort takes over. */
const MAX_MOVES_EACH = 32;

function startOf(sightings: readonly ReadExchange[], clocks: readonly number[]): number {
  let start = Number.POSITIVE_INFINITY;
  for (const { request, response, vantage } of sightings) {
    start = Math.min(start, (request?.startedAt ?? response?.startedAt ?? 0) - (clocks[vantage] ?? 0));
  }
  return start;
}

function endOf(sightings: readonly ReadExchange[], clocks: readonly number[]): number | undefined {
  let end: number | undefined;
  for (const { response, vantage } of sightings) {
    if (response?.endedAt === undefined) continue;
    const at = response.endedAt - (clocks[vantage] ?? 0);
    if (end === undefined || at > end) end = at;
  }
  return end;
}

function makeHop(index: number, sightings: readonly ReadExchange[], machines: Machines, clocks: readonly number[]): Hop {
  const exchange = bestSighting(sightings, clocks);
  const { client, server, vantage } = exchange;
  const startedAt = startOf(sightings, clocks);
  const clientHost = machines.hostOf(client.address, vantage);
  const { reading, purpose } = exchange;
  return {
    index,
    exchange,
    sightings,
    client,
    server,
    clientHost,
    receiver: machines.placeOf(server, vantage),
    startedAt,
    endedAt: endOf(sightings, clocks),
    method: exchange.request?.method ?? "?",
    path: exchange.request?.path ?? "",
    status: exchange.response?.status,
    purpose,
    observed: observedOf(exchange),
    reading: reading.response === undefined && sightings.length > 1 ? withAnyResponse(reading, sightings, exchange) : reading,
    parent: undefined,
    candidates: NO_CANDIDATES,
    isSenderBlind: machines.isBlind(clientHost, startedAt + (clocks[vantage] ?? 0)),
  };
}

const NO_CANDIDATES: readonly number[] = [];

/** A capture that lacks the answer's head may stand beside one that has it. */
function withAnyResponse(reading: Hop["reading"], sightings: readonly ReadExchange[], own: ReadExchange): Hop["reading"] {
  for (const sighting of sightings) {
    if (sighting === own) continue;
    const { response } = sighting.reading;
    if (response !== undefined) return { ...reading, response };
  }
  return reading;
}

function observedOf({ request }: ReadExchange): Observed {
  return request === undefined ? "headers-unknown" : request.isHeadComplete ? "full" : "partial";
}

/** A request whose head the captures lack is taken for what all others between the same two machines are for. */
function inferPurposes(hops: readonly Hop[]): readonly Hop[] {
  if (!hops.some((hop) => hop.observed === "headers-unknown")) return hops;
  const purposes = new Map<string, Set<Hop["purpose"]>>();
  const key = (hop: Hop) => `${hop.clientHost} ${hop.receiver.host} ${hop.receiver.port}`;
  for (const hop of hops) {
    if (hop.observed !== "headers-unknown") purposes.set(key(hop), (purposes.get(key(hop)) ?? new Set()).add(hop.purpose));
  }
  return hops.map((hop) => {
    if (hop.observed !== "headers-unknown") return hop;
    const [only, ...more] = purposes.get(key(hop)) ?? [];
    return only === undefined || more.length > 0 ? hop : { ...hop, purpose: only };
  });
}
