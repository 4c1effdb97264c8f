// Which span is which exchange: by the ids on the wire where there are any, else by the connection's port, else by time and name on clocks that
// the surer matches have aligned.

import type { HopGraph } from "../hops/build-hops.ts";
import { type Hop, INFERRED } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { isHttpSpan, spanConnection, spanPath, spanPeer, spanRpcPath } from "../spans/http-span.ts";
import type { Span, Trace } from "../spans/span.ts";
import { uint8Column } from "../wire/columns.ts";
import { type Endpoint, isLoopback } from "../wire/endpoint.ts";
import { HopsByContext } from "./hops-by-context.ts";
import { lostAbove } from "./lost-above.ts";
import { matchByIds, matchByLinks, matchByResponse, matchShortened } from "./match-by-ids.ts";
import { byEnds, Matching } from "./matching.ts";
import { nearestFirst, nearestOf } from "./nearest-exchanges.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import { isAtAnotherPort, isAtAnotherReplica, isAtItsPlace, machinesByService, type Places, placesOf } from "./service-places.ts";
import { estimateSpanClocks, type SpanClocks } from "./span-clocks.ts";
import { isCompatible, isOtherPeer, isSentElsewhere } from "./span-fits.ts";
import { isReceiving, isSending, SpanIndex } from "./span-index.ts";
import { Strangers } from "./strangers.ts";
import type { TraceDiff } from "./trace-diff.ts";

export function matchSpans(graph: HopGraph, traces: readonly Trace[]): TraceDiff {
  const index = new SpanIndex(traces);
  // Without spans no hop is made an object: they may be hundreds of thousands.
  if (index.spans.length === 0) return nothingMatched(index);
  const { hops, table } = graph;
  const matching = new Matching(table, index);
  const byContext = new HopsByContext(table, index);
  matchByIds(byContext, matching);
  matchShortened(byContext, matching);
  if (table.exchanges.readings.hasResponses) matchByResponse(hops, matching);
  matchByLinks(byContext, matching);
  const clocks = estimateSpanClocks(hops, matching.matches);
  const openHops = hops.filter(({ index: hop }) => !table.isExport(hop));
  matchServersByPeer(openHops, matching, clocks);
  matchServersByName(openHops, matching, clocks, isAtItsPlace);
  matchServersByName(openHops, matching, clocks, isAtAnotherPort);
  matchServersByName(openHops, matching, clocks, isAtAnotherReplica);
  matchClientsOfServers(openHops, matching);
  matchClientsByName(openHops, matching, clocks, new Set(byContext.namingSpans));
  const spansWithoutHop = index.spans.filter(
    (span) => !matching.hopOf.has(span) && (isReceiving(span) || isSending(span)) && isHttpSpan(span),
  );
  const { matches, hopOf } = matching;
  return {
    index,
    matches,
    hopOf,
    hopsNamingSpans: byContext.namingSpans,
    lostAbove: lostAbove(openHops, { index, matches, hopOf, byContext }, clocks),
    spansWithoutHop,
    clockOffsets: clocks.byService,
    usualClockOffset: clocks.usual,
  };
}

function nothingMatched(index: SpanIndex): TraceDiff {
  return {
    index,
    matches: new Map(),
    hopOf: new Map(),
    hopsNamingSpans: [],
    lostAbove: new Map(),
    spansWithoutHop: [],
    clockOffsets: new Map(),
    usualClockOffset: 0,
  };
}

/** The connection that a SERVER span names carries one request at a time: port and time tell which. */
function matchServersByPeer(hops: readonly Hop[], matching: Matching, clocks: SpanClocks): void {
  const spans = matching.unmatched(isReceiving).flatMap((span) => {
    const connection = spanConnection(span);
    return connection === undefined ? [] : [{ span, peer: peerKey(connection) }];
  });
  if (spans.length === 0) return;
  const peers = new Set(spans.map(({ peer }) => peer));
  const free = sentFrom(peers, hops, matching.table).filter((hop) => matching.matches.get(hop.index)?.server === undefined);
  const byPeer = new Map<string, OpenExchanges>();
  for (const [peer, own] of byEnds(free, peerKey)) byPeer.set(peer, new OpenExchanges(own));
  const pairs = spans.flatMap(({ span, peer }) => {
    const open = byPeer.get(peer);
    if (open === undefined) return [];
    const fits = open
      .openAround(undefined, clocks.startsOf(span), clocks.slackOf(span))
      .filter((hop) => clocks.isDuring(span, hop) && isCompatible(span, hop) && !matching.objections.toServer(span, hop));
    return nearestOf(span, fits, clocks);
  });
  for (const { span, hop } of nearestFirst(pairs)) matching.server(hop, span, "peer port");
}

function peerKey({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}

/** Those whose sender has one of these ends in any capture. */
function sentFrom(peers: ReadonlySet<string>, hops: readonly Hop[], table: HopTable): Hop[] {
  const { ends, endsOf } = table.exchanges;
  const isNamed = uint8Column(ends.length, (number) => (peers.has(peerKey(ends.at(number).client)) ? 1 : 0));
  return hops.filter(({ index }) => table.rows(index).some((row) => isNamed[endsOf[row]!] === 1));
}

/** No id and no port: same method and path at that time, nearest starts first, and only where `isPlace` allows for the service. */
function matchServersByName(
  hops: readonly Hop[],
  matching: Matching,
  clocks: SpanClocks,
  isPlace: (hop: Hop, service: string, known: Places) => boolean,
): void {
  const spans = matching
    .unmatched(isReceiving)
    .filter((span) => !namesConnection(span) && (isHttpSpan(span) || spanRpcPath(span) !== undefined));
  if (spans.length === 0) return;
  const known = placesOf(hops, matching.matches);
  const paths = new Set(spans.map(pathOf));
  const isAny = paths.has(undefined);
  const open = new OpenExchanges(
    hops.filter((hop) => (isAny || paths.has(hop.path)) && matching.matches.get(hop.index)?.server === undefined),
  );
  const pairs = spans.flatMap((span) => {
    const fits = open
      .openAround(pathOf(span), clocks.startsOf(span), clocks.slackOf(span))
      .filter(
        (hop) =>
          clocks.isDuring(span, hop) &&
          isPlace(hop, span.resource.service, known) &&
          isCompatible(span, hop) &&
          !isOtherPeer(span, hop) &&
          !matching.objections.toServer(span, hop),
      );
    return nearestOf(span, innermost(fits), clocks);
  });
  for (const { span, hop } of nearestFirst(pairs)) matching.server(hop, span, "time and name");
}

/** What is asked for, as far as the span tells. */
function pathOf(span: Span): string | undefined {
  return spanPath(span) ?? spanRpcPath(span);
}

/** A connection on loopback, with a sidecar, is seldom captured: it says nothing of the one that the sidecar received. */
function namesConnection(span: Span): boolean {
  const peer = spanPeer(span);
  return peer?.port !== undefined && !isLoopback(peer.address);
}

/** Without those that a proxy passed on as others of them: the application is asked last. */
function innermost(hops: readonly Hop[]): readonly Hop[] {
  const passedOn = new Set(hops.flatMap(({ parent }) => (parent !== undefined && !INFERRED.has(parent.because) ? [parent.hop] : [])));
  return hops.filter(({ index }) => !passedOn.has(index));
}

/**
 * CLIENT spans whose context the capture hides, and whose child, the SERVER span, was found. Where the CLIENT span's service is not on the machine that sent
 * the exchange, a proxy without spans stands between.
 */
function matchClientsOfServers(hops: readonly Hop[], matching: Matching): void {
  const services = machinesByService(hops, matching.matches);
  for (const hop of hops) {
    const { server, serverBy, client } = matching.matches.get(hop.index) ?? {};
    if (server === undefined || serverBy === undefined || client !== undefined || hop.observed === "full") continue;
    const span = matching.index.parentOf(server);
    if (span === undefined || !isSending(span) || matching.hopOf.has(span) || isSentElsewhere(span, hop)) continue;
    if (services.get(span.resource.service)?.has(hop.clientHost) !== true) continue;
    if (isCompatible(span, hop) && !matching.objections.toClient(span, hop)) matching.client(hop, span, serverBy);
  }
}

/**
 * CLIENT spans whose context is not on the wire: same method and path, in the time of the span, from a machine of its service. `namingSpans`: hops whose context
 * names a recorded span.
 */
function matchClientsByName(hops: readonly Hop[], matching: Matching, clocks: SpanClocks, namingSpans: ReadonlySet<number>): void {
  const spans = matching.unmatched(isSending).flatMap((span) => {
    const path = isHttpSpan(span) ? spanPath(span) : spanRpcPath(span);
    return path === undefined ? [] : [{ span, path }];
  });
  if (spans.length === 0) return;
  const services = machinesByService(hops, matching.matches);
  const paths = new Set(spans.map(({ path }) => path));
  const unknown = hops.filter((hop) => paths.has(hop.path) && hop.purpose === "work" && !isSenderKnown(hop, matching, namingSpans));
  const open = new OpenExchanges(unknown);
  const pairs = spans.flatMap(({ span, path }) => {
    const machines = services.get(span.resource.service);
    const fits = open
      .begunAround(path, clocks.startsOf(span), clocks.slackOf(span), span.endedAt - span.startedAt)
      .filter(
        (hop) =>
          clocks.isBegunIn(hop, span) &&
          isCompatible(span, hop) &&
          (machines === undefined || machines.has(hop.clientHost)) &&
          !matching.objections.toClient(span, hop),
      );
    return nearestOf(span, fits, clocks);
  });
  const taken = new Map<Hop, Span>();
  const placed = new Set<Span>();
  for (const { span, hop } of nearestFirst(pairs)) {
    if (taken.has(hop) || placed.has(span)) continue;
    taken.set(hop, span);
    placed.add(span);
  }
  const strangers = new Strangers(taken, services, unknown);
  for (const [hop, span] of taken) if (!strangers.includes(hop, span)) matching.client(hop, span, "time and name");
}

/**
 * Its CLIENT span is found, or the context on the wire names another recorded span (a proxy's), or says that there is none (not sampled).
 */
function isSenderKnown({ index: hop }: Hop, { matches, table }: Matching, namingSpans: ReadonlySet<number>): boolean {
  return matches.get(hop)?.client !== undefined || table.exchanges.readings.isUnsampled(table.row[hop]!) || namingSpans.has(hop);
}
