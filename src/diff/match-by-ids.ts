// Spans and exchanges that ids join: those of the context on the wire, of the answer, of a link.

import type { Hop } from "../hops/hop.ts";
import { isHttpSpan, spanPeer } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import type { HopsByContext } from "./hops-by-context.ts";
import { byEnds, type Matching } from "./matching.ts";
import { isCompatible, isOtherPeer, isPeer, isRewritten, isSameConnection, isSentElsewhere, shapeOf } from "./span-fits.ts";
import { isReceiving, isSending, type SpanIndex } from "./span-index.ts";

/**
 * The context names the sender's span; the receiver's span is its child. A proxy that passes the context on unchanged makes several hops of one
 * context: the first is the sender's, and the receiver's span belongs to the hop whose connection it names, else to the last.
 */
export function matchByIds(hops: HopsByContext, matching: Matching): void {
  for (const [traceId, spanId, group] of hops.contexts()) {
    const sender = matching.index.senderOf(traceId, spanId);
    // Who copies what came in sends the context of another's span. Where the capture lacks that one's own exchange, the copy is all that shows it.
    const sent = sender === undefined ? undefined : group.find((hop) => !isSentElsewhere(sender, hop));
    if (sender !== undefined && sent !== undefined) matching.client(sent, sender, "span id");
    const servers = serversOf(traceId, spanId, group[0]!, matching.index);
    if (servers.length === 0) continue;
    const free = new Set(group);
    const byAddress = byEnds(group, ({ address }) => address);
    const byPort = byEnds(group, ({ port }) => port);
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
export function matchShortened(hops: HopsByContext, matching: Matching): void {
  for (const [traceId, spanId, group] of hops.contexts()) {
    const hop = group.at(-1)!;
    if (matching.matches.get(hop.index)?.server !== undefined) continue;
    const [span] = matching.index.shortenedServersOf(traceId, spanId);
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

export function matchByResponse(hops: readonly Hop[], matching: Matching): void {
  for (const hop of hops) {
    const { response } = hop.reading;
    const span = response && matching.index.byId(response.traceId, response.spanId).find(isReceiving);
    if (span !== undefined) matching.server(hop, span, "traceresponse");
  }
}

/**
 * Who begins a new trace on purpose links its span to the context that came in (OpenTelemetry's public endpoints). So does who takes a message from a queue,
 * which is another exchange than the one that put it there.
 */
export function matchByLinks(hops: HopsByContext, matching: Matching): void {
  const linked = matching.unmatched(isReceiving).filter((span) => span.links.length > 0 && isHttpSpan(span));
  for (const span of linked) {
    const named = span.links.flatMap(({ traceId, spanId }) => hops.of(traceId, spanId));
    const possible = named.filter(
      (hop) => matching.matches.get(hop.index)?.server === undefined && isCompatible(span, hop) && !isOtherPeer(span, hop),
    );
    const last = possible.at(-1);
    if (last !== undefined) matching.server(last, span, "span link");
  }
}
