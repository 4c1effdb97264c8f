// Which span is which exchange: by the ids on the wire where there are any, else by the connection's port, else by time and name on clocks that
// the surer matches have aligned.

import type { HopGraph } from "../hops/build-hops.ts";
import { type Hop, INFERRED } from "../hops/hop.ts";
import { isHttpSpan, spanPath, spanPeer, spanRpcPath } from "../spans/http-span.ts";
import type { Span, Trace } from "../spans/span.ts";
import { addTo, groupBy } from "../wire/group-by.ts";
import { lostAbove } from "./lost-above.ts";
import { nearestFirst, nearestOf } from "./nearest-exchanges.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import { isAtAnotherPort, isAtAnotherReplica, isAtItsPlace, machinesByService, type Places, placesOf } from "./service-places.ts";
import { estimateSpanClocks, type SpanClocks } from "./span-clocks.ts";
import { isCompatible, isOtherPeer, isPeer, isRewritten, isSameConnection, shapeOf } from "./span-fits.ts";
import { isReceiving, isSending, SpanIndex } from "./span-index.ts";
import { Strangers } from "./strangers.ts";
import type { HopSpans, MatchReason, TraceDiff } from "./trace-diff.ts";
import { WireObjections } from "./wire-objections.ts";

export function matchSpans(graph: HopGraph, traces: readonly Trace[]): TraceDiff {
  const index = new SpanIndex(traces);
  // Without spans no hop is made an object: they may be hundreds of thousands.
  if (index.spans.length === 0) return nothingMatched(index);
  const matching = new Matching(graph.hops, index);
  const byIdentity = hopsByIdentity(graph.hops);
  matchByIds(byIdentity, matching);
  matchShortened(byIdentity, matching);
  for (const hop of graph.hops) matchByResponse(hop, matching);
  matchByLinks(byIdentity, matching);
  const clocks = estimateSpanClocks(graph.hops, matching.matches);
  const openHops = graph.hops.filter((hop) => hop.purpose !== "export");
  matchServersByPeer(openHops, matching, clocks);
  matchServersByName(openHops, matching, clocks, isAtItsPlace);
  matchServersByName(openHops, matching, clocks, isAtAnotherPort);
  matchServersByName(openHops, matching, clocks, isAtAnotherReplica);
  matchClientsByName(openHops, matching, clocks);
  const spansWithoutHop = index.spans.filter(
    (span) => !matching.hopOf.has(span) && (isReceiving(span) || isSending(span)) && isHttpSpan(span),
  );
  const { matches, hopOf } = matching;
  const { byService: clockOffsets, usual: usualClockOffset } = clocks;
  return { index, matches, hopOf, lostAbove: lostAbove(openHops, matching, clocks), spansWithoutHop, clockOffsets, usualClockOffset };
}

function nothingMatched(index: SpanIndex): TraceDiff {
  return {
    index,
    matches: new Map(),
    hopOf: new Map(),
    lostAbove: new Map(),
    spansWithoutHop: [],
    clockOffsets: new Map(),
    usualClockOffset: 0,
  };
}

class Matching {
  readonly index: SpanIndex;
  readonly matches = new Map<number, HopSpans>();
  readonly hopOf = new Map<Span, number>();
  readonly objections: WireObjections;

  constructor(hops: readonly Hop[], index: SpanIndex) {
    this.index = index;
    this.objections = new WireObjections(hops, index);
  }

  of(hop: Hop): HopSpans {
    const known = this.matches.get(hop.index) ?? {};
    this.matches.set(hop.index, known);
    return known;
  }

  server(hop: Hop, span: Span, by: MatchReason): void {
    const spans = this.of(hop);
    if (spans.server !== undefined || this.hopOf.has(span)) return;
    spans.server = span;
    spans.serverBy = by;
    this.hopOf.set(span, hop.index);
  }

  client(hop: Hop, span: Span, by: MatchReason): void {
    const spans = this.of(hop);
    if (spans.client !== undefined || this.hopOf.has(span)) return;
    spans.client = span;
    spans.clientBy = by;
    this.hopOf.set(span, hop.index);
  }
}

/** By trace id and span id, in the order of hops. */
type HopsByIdentity = ReadonlyMap<string, readonly Hop[]>;

function hopsByIdentity(hops: readonly Hop[]): HopsByIdentity {
  const byIdentity = new Map<string, Hop[]>();
  for (const hop of hops) {
    for (const { traceId, spanId } of hop.reading.identities) addTo(byIdentity, traceId + spanId, hop);
  }
  return byIdentity;
}

/**
 * The context names the sender's span; the receiver's span is its child. A proxy that passes the context on unchanged makes several hops of one
 * context: the first is the sender's, and the receiver's span belongs to the hop whose connection it names, else to the last.
 */
function matchByIds(byIdentity: HopsByIdentity, matching: Matching): void {
  for (const [key, group] of byIdentity) {
    const [traceId, spanId] = [key.slice(0, 32), key.slice(32)];
    const sender = matching.index.senderOf(traceId, spanId);
    if (sender !== undefined) matching.client(group[0]!, sender, "span id");
    const servers = serversOf(traceId, spanId, group[0]!, matching.index);
    const free = new Set(group);
    const byAddress = groupBy(group, ({ client }) => client.address);
    const byPort = groupBy(group, ({ client }) => client.port);
    const left = servers.filter((span) => {
      const peer = spanPeer(span);
      if (peer === undefined) return true;
      const own = (peer.port === undefined ? byAddress.get(peer.address) : byPort.get(peer.port)) ?? [];
      const hop = own.find((each) => free.has(each) && isPeer(span, each) && isCompatible(span, each));
      if (hop === undefined) return true;
      matching.server(hop, span, "span id");
      free.delete(hop);
      // Who sends one context with all its requests makes many of them.
      own.splice(own.indexOf(hop), 1);
      return false;
    });
    /** What fitted nothing fits nothing later either: of a context on everything there may be thousands alike. */
    const unfit = new Set<string>();
    for (const span of left) {
      const shape = shapeOf(span);
      const hop = unfit.has(shape) ? undefined : byOrder(span, free, left.length > 1);
      if (hop === undefined) {
        unfit.add(shape);
        continue;
      }
      matching.server(hop, span, "span id");
      free.delete(hop);
    }
  }
}

/** Who cut the id stands where no capture shows it, between the last exchange with the whole one and the span. */
function matchShortened(byIdentity: HopsByIdentity, matching: Matching): void {
  for (const [key, group] of byIdentity) {
    const hop = group.at(-1)!;
    if (matching.matches.get(hop.index)?.server !== undefined) continue;
    const [span] = matching.index.shortenedServersOf(key.slice(0, 32), key.slice(32));
    if (span !== undefined && isCompatible(span, hop)) matching.server(hop, span, "span id");
  }
}

/** Without a port: the last of a forwarding chain; of several tries, the one in the same order of time. */
function byOrder(span: Span, hops: ReadonlySet<Hop>, isOfTries: boolean): Hop | undefined {
  let fitting: Hop | undefined;
  let rewritten: Hop | undefined;
  for (const hop of hops) {
    if (isOtherPeer(span, hop)) continue;
    if (isCompatible(span, hop)) {
      fitting = hop;
      if (isOfTries) break;
    } else if ((rewritten === undefined || !isOfTries) && (isSameConnection(span, hop) || isRewritten(span, hop))) rewritten = hop;
  }
  // Who rewrites paths may be all that is seen; a span of something else is of who stands behind.
  return fitting ?? rewritten;
}

/**
 * SERVER spans that were started from this context. One that has the very id of the context is the receiver's only where B3 shares ids; else it is the
 * sender's own: proxies inject the id of their SERVER span.
 */
function serversOf(traceId: string, spanId: string, hop: Hop, index: SpanIndex): Span[] {
  const isB3 = hop.reading.identities.some((id) => id.spanId === spanId && id.format.startsWith("b3"));
  return index
    .serversOf(traceId, spanId)
    .filter((span) => span.spanId !== spanId || isB3 || index.byId(traceId, spanId).some(isSending))
    .sort((a, b) => a.startedAt - b.startedAt);
}

function matchByResponse(hop: Hop, matching: Matching): void {
  const { response } = hop.reading;
  if (response === undefined) return;
  const span = matching.index.byId(response.traceId, response.spanId).find(isReceiving);
  if (span !== undefined) matching.server(hop, span, "traceresponse");
}

/**
 * Who begins a new trace on purpose links its span to the context that came in (OpenTelemetry's public endpoints). So does who takes a message from a queue,
 * which is another exchange than the one that put it there.
 */
function matchByLinks(byIdentity: HopsByIdentity, matching: Matching): void {
  const linked = unmatched(matching, isReceiving).filter((span) => span.links.length > 0 && isHttpSpan(span));
  for (const span of linked) {
    const named = span.links.flatMap(({ traceId, spanId }) => byIdentity.get(traceId + spanId) ?? []);
    const possible = named.filter(
      (hop) => matching.matches.get(hop.index)?.server === undefined && isCompatible(span, hop) && !isOtherPeer(span, hop),
    );
    const last = possible.at(-1);
    if (last !== undefined) matching.server(last, span, "span link");
  }
}

/** The connection that a SERVER span names carries one request at a time: port and time tell which. */
function matchServersByPeer(hops: readonly Hop[], matching: Matching, clocks: SpanClocks): void {
  const free = hops.filter((hop) => matching.matches.get(hop.index)?.server === undefined);
  const byPeer = new Map<string, OpenExchanges>();
  for (const [peer, own] of groupBy(free, ({ client }) => `${client.address} ${client.port}`)) byPeer.set(peer, new OpenExchanges(own));
  const pairs = unmatched(matching, isReceiving).flatMap((span) => {
    const peer = spanPeer(span);
    const open = peer?.port === undefined ? undefined : byPeer.get(`${peer.address} ${peer.port}`);
    if (open === undefined) return [];
    const fits = open
      .openAround(undefined, clocks.startsOf(span), clocks.slackOf(span))
      .filter((hop) => clocks.isDuring(span, hop) && isCompatible(span, hop) && !matching.objections.toServer(span, hop));
    return nearestOf(span, fits, clocks);
  });
  for (const { span, hop } of nearestFirst(pairs)) matching.server(hop, span, "peer port");
}

/** No id and no port: same method and path at that time, nearest starts first, and only where `isPlace` allows for the service. */
function matchServersByName(
  hops: readonly Hop[],
  matching: Matching,
  clocks: SpanClocks,
  isPlace: (hop: Hop, service: string, known: Places) => boolean,
): void {
  const known = placesOf(hops, matching.matches);
  const open = new OpenExchanges(hops.filter((hop) => matching.matches.get(hop.index)?.server === undefined));
  const pairs = unmatched(matching, isReceiving).flatMap((span) => {
    if (spanPeer(span)?.port !== undefined || (!isHttpSpan(span) && spanRpcPath(span) === undefined)) return [];
    const fits = open
      .openAround(spanPath(span) ?? spanRpcPath(span), clocks.startsOf(span), clocks.slackOf(span))
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

/** Without those that a proxy passed on as others of them: the application is asked last. */
function innermost(hops: readonly Hop[]): readonly Hop[] {
  const passedOn = new Set(hops.flatMap(({ parent }) => (parent !== undefined && !INFERRED.has(parent.because) ? [parent.hop] : [])));
  return hops.filter(({ index }) => !passedOn.has(index));
}

/** CLIENT spans whose context is not on the wire: same method and path, in the time of the span, from a machine of its service. */
function matchClientsByName(hops: readonly Hop[], matching: Matching, clocks: SpanClocks): void {
  const services = machinesByService(hops, matching.matches);
  const unknown = hops.filter((hop) => !isSenderKnown(hop, matching) && hop.purpose === "work");
  const open = new OpenExchanges(unknown);
  const pairs = unmatched(matching, isSending).flatMap((span) => {
    const path = isHttpSpan(span) ? spanPath(span) : spanRpcPath(span);
    if (path === undefined) return [];
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
function isSenderKnown(hop: Hop, { matches, index }: Matching): boolean {
  const { identities } = hop.reading;
  return (
    matches.get(hop.index)?.client !== undefined ||
    (identities.length > 0 && identities.every(({ sampled }) => sampled === false)) ||
    identities.some(({ traceId, spanId }) => index.byId(traceId, spanId).length > 0)
  );
}

function unmatched(matching: Matching, kind: (span: Span) => boolean): Span[] {
  return matching.index.spans.filter((span) => kind(span) && !matching.hopOf.has(span)).sort((a, b) => a.startedAt - b.startedAt);
}
