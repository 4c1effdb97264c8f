// Exchanges seen from several vantage points become one: same addresses, and the same sequence number of the request's first byte (or of the
// response's, where a capture lacks the request). Loopback means another machine in every capture and is never joined across them.

import type { HttpExchange } from "../protocols/observation.ts";
import { formatEndpoint, isLoopback } from "../wire/endpoint.ts";

/** Groups of sightings of one exchange each, in the order of their first packets in `exchanges`. */
export function joinSightings<Seen extends HttpExchange>(exchanges: readonly Seen[], vantagePoints: number): Seen[][] {
  if (vantagePoints <= 1) return exchanges.map((exchange) => [exchange]);
  const groups: Seen[][] = [];
  const known = new Map<string, Seen[]>();
  for (const exchange of exchanges) {
    const keys = keysOf(exchange);
    let group = keys.map((key) => known.get(key)).find((g) => g !== undefined && !g.some((other) => other.vantage === exchange.vantage));
    if (group === undefined) {
      group = [];
      groups.push(group);
    }
    group.push(exchange);
    for (const key of keys) known.set(key, group);
  }
  return groups;
}

function keysOf(exchange: HttpExchange): string[] {
  const { client, server, request, response } = exchange;
  const scope = isLoopback(client.address) || isLoopback(server.address) ? ` ${exchange.vantage}` : "";
  const ends = `${formatEndpoint(client)} ${formatEndpoint(server)}${scope}`;
  const stream = exchange.stream === undefined ? "" : ` ${exchange.stream}`;
  return [
    ...(request === undefined ? [] : [`> ${ends} ${request.sequence}${stream}`]),
    ...(response === undefined ? [] : [`< ${ends} ${response.sequence}${stream}`]),
  ];
}

/** The sighting that shows most: the whole head, then the earliest request (nearest to the sender). */
export function bestSighting<Seen extends HttpExchange>(group: readonly Seen[], clocks: readonly number[]): Seen {
  if (group.length === 1) return group[0]!;
  const rank = (exchange: HttpExchange) => (exchange.request === undefined ? 2 : exchange.request.isHeadComplete ? 0 : 1);
  const time = (exchange: HttpExchange) =>
    (exchange.request?.startedAt ?? exchange.response?.startedAt ?? 0) - (clocks[exchange.vantage] ?? 0);
  return group.reduce((best, next) => (rank(next) < rank(best) || (rank(next) === rank(best) && time(next) < time(best)) ? next : best));
}
