// Observations of all vantage points become hops: joined, put on one clock, read for contexts, and linked to the hops that caused them.

import type { ConnectionSummary, HttpExchange } from "../protocols/observation.ts";
import { estimateCaptureClocks } from "./capture-clocks.ts";
import type { Hop, Observed } from "./hop.ts";
import { bestSighting, joinSightings } from "./join-sightings.ts";
import { findMachines, type Machines } from "./machines.ts";
import { linkParents } from "./parents.ts";
import { purposeOf } from "./purpose.ts";
import { readContexts } from "./read-contexts.ts";

export interface HopGraph {
  /** Ordered by `startedAt`; a hop's `index` is its place. */
  readonly hops: readonly Hop[];
  readonly machines: Machines;
  /** By vantage point: what its clock shows minus the clock of the run, µs. */
  readonly clocks: readonly number[];
}

export function buildHops(exchanges: readonly HttpExchange[], connections: readonly ConnectionSummary[], vantagePoints: number): HopGraph {
  const groups = joinSightings(exchanges, vantagePoints);
  const clocks = estimateCaptureClocks(groups, vantagePoints);
  const clockOf = (vantage: number) => clocks[vantage] ?? 0;
  const machines = findMachines(exchanges, connections, vantagePoints);
  const ordered = groups
    .map((sightings) => ({ sightings, startedAt: Math.min(...sightings.map((s) => startOf(s) - clockOf(s.vantage))) }))
    .sort((a, b) => a.startedAt - b.startedAt || startOrder(a.sightings[0]!) - startOrder(b.sightings[0]!));
  const hops = ordered.map(({ sightings, startedAt }, index) => makeHop(index, sightings, startedAt, machines, clockOf));
  const known = inferPurposes(hops);
  linkParents(known, machines);
  return { hops: known, machines, clocks };
}

function makeHop(
  index: number,
  sightings: HttpExchange[],
  startedAt: number,
  machines: Machines,
  clockOf: (vantage: number) => number,
): Hop {
  const exchange = bestSighting(sightings, clockOf);
  const { client, server, vantage } = exchange;
  const ends = sightings.flatMap((s) => (s.response?.endedAt === undefined ? [] : [s.response.endedAt - clockOf(s.vantage)]));
  const clientHost = machines.hostOf(client.address, vantage);
  const reading = readContexts(exchange);
  return {
    index,
    exchange,
    sightings,
    client,
    server,
    clientHost,
    receiver: { host: machines.hostOf(server.address, vantage), port: server.port },
    startedAt,
    endedAt: ends.length === 0 ? undefined : Math.max(...ends),
    method: exchange.request?.method ?? "?",
    path: exchange.request?.path ?? "",
    status: exchange.response?.status,
    purpose: purposeOf(exchange),
    observed: observedOf(exchange),
    reading: reading.response === undefined ? withAnyResponse(reading, sightings, exchange) : reading,
    parent: undefined,
    candidates: [],
    isSenderBlind: machines.isBlind(clientHost, startedAt + clockOf(vantage)),
  };
}

/** A capture that lacks the answer's head may stand beside one that has it. */
function withAnyResponse(reading: Hop["reading"], sightings: readonly HttpExchange[], own: HttpExchange): Hop["reading"] {
  for (const sighting of sightings) {
    if (sighting === own) continue;
    const { response } = readContexts(sighting);
    if (response !== undefined) return { ...reading, response };
  }
  return reading;
}

function startOf(exchange: HttpExchange): number {
  return exchange.request?.startedAt ?? exchange.response?.startedAt ?? 0;
}

function startOrder(exchange: HttpExchange): number {
  return exchange.request?.packet.number ?? exchange.response?.packet.number ?? 0;
}

function observedOf({ request }: HttpExchange): Observed {
  return request === undefined ? "headers-unknown" : request.isHeadComplete ? "full" : "partial";
}

/** A request whose head the captures lack is taken for what all others between the same two machines are for. */
function inferPurposes(hops: readonly Hop[]): Hop[] {
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
