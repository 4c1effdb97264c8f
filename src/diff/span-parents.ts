// Parents that the backend proves: the span that sent an exchange hangs below the SERVER span of the exchange that caused it.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { isReceiving, isSending } from "./span-index.ts";
import type { MatchReason, TraceDiff } from "./trace-diff.ts";

/** Longest chain of spans between a SERVER span and the CLIENT span below it; deeper ones are loops or attacks. */
const MAX_DEPTH = 256;

/** Its own spans lead to a request that no hop shows, and what seemed to be its cause has another SERVER span. */
function isAnothers({ index, parent }: Hop, origin: Span, { matches }: TraceDiff): boolean {
  if (parent === undefined || matches.get(index)?.clientBy === "time and name") return false;
  const server = matches.get(parent.hop)?.server;
  return server !== undefined && server !== origin;
}

/** Where time alone tells which span is which exchange's: equal calls side by side change places now and then. */
const BY_TIME = 0.97;

/** Many requests share a connection of HTTP/2: which of them a span is of, its port does not tell. */
function isByTime(by: MatchReason | undefined, { version }: Hop): boolean {
  return by === "time and name" || (by === "peer port" && version === "2");
}

/** What stands above the span that sent an exchange, in its own service. */
export type SendingOrigin =
  | { readonly kind: "server"; readonly span: Span }
  | { readonly kind: "root"; readonly span: Span }
  | { readonly kind: "missing parent"; readonly span: Span }
  | { readonly kind: "unknown" };

/** Replaces guesses by proof: `parent` of every hop whose sending span leads to the SERVER span of another hop. */
export function linkParentsBySpans(hops: readonly Hop[], diff: TraceDiff): void {
  for (const index of hopsWithSendingSpans(diff)) {
    const hop = hops[index]!;
    const copied = copiedFrom(hop, hops, diff);
    if (copied !== undefined) {
      const confidence = isByTime(diff.matches.get(copied.index)?.clientBy, copied) ? BY_TIME : 1;
      hop.parent = { hop: copied.index, because: "forwarded unchanged", confidence };
      hop.candidates = [];
      continue;
    }
    const origin = sendingOrigin(hop, diff);
    const linked = linkedRequest(hop, origin, hops, diff);
    if (linked !== undefined) hop.parent = { hop: linked, because: "span link", confidence: 1 };
    if (origin.kind !== "server" || linked !== undefined) continue;
    const parent = diff.hopOf.get(origin.span);
    if (parent === undefined && isAnothers(hop, origin.span, diff)) hop.parent = undefined;
    if (parent === undefined || parent === hop.index) continue;
    const isSure = !isByTime(diff.matches.get(hop.index)?.clientBy, hop) && !isByTime(diff.matches.get(parent)?.serverBy, hops[parent]!);
    hop.parent = { hop: parent, because: "span id", confidence: isSure ? 1 : BY_TIME };
  }
}

/** Indices of hops that have a CLIENT span or name a span, ascending. */
function hopsWithSendingSpans({ matches, hopsNamingSpans }: TraceDiff): number[] {
  const hops = new Set(hopsNamingSpans);
  for (const [hop, { client }] of matches) if (client !== undefined) hops.add(hop);
  return [...hops].sort((a, b) => a - b);
}

/** Whoever uses one span id for everything has as many spans of it as anybody likes. */
const MAX_OF_ONE_ID = 8;

/**
 * The request whose context its receiver sends on as its own, where the wire hides that one's: the CLIENT span that the copy names was found to be the
 * request's. Where the wire shows both contexts, times and ids have told (parents.ts).
 */
function copiedFrom(hop: Hop, hops: readonly Hop[], diff: TraceDiff): Hop | undefined {
  if (hop.parent?.because === "forwarded unchanged") return undefined;
  for (const { traceId, spanId } of hop.reading.identities) {
    for (const span of diff.index.byId(traceId, spanId).slice(0, MAX_OF_ONE_ID)) {
      const request = isSending(span) ? diff.hopOf.get(span) : undefined;
      if (request === undefined || request >= hop.index) continue;
      const came = hops[request]!;
      const isHidden = came.reading.identities.length === 0;
      if (isHidden && came.receiver.host === hop.clientHost && came.receiver !== hop.receiver) return came;
    }
  }
  return undefined;
}

/** Work that was put off begins a trace of its own, with a link to the request that asked for it. A batch has several links, and no one cause. */
function linkedRequest(hop: Hop, origin: SendingOrigin, hops: readonly Hop[], diff: TraceDiff): number | undefined {
  if (origin.kind !== "root" && origin.kind !== "server") return undefined;
  const [link, another] = origin.span.links;
  const own = diff.hopOf.get(origin.span);
  if (link === undefined || another !== undefined || (own !== undefined && own !== hop.index)) return undefined;
  const [span] = diff.index.byId(link.traceId, link.spanId);
  const request = span === undefined ? undefined : servedAbove(span, diff);
  const parent = request === undefined ? undefined : diff.hopOf.get(request);
  return parent !== undefined && hops[parent]?.receiver.host === hop.clientHost ? parent : undefined;
}

/** The SERVER span that a span hangs below, in its own service. */
function servedAbove(below: Span, diff: TraceDiff): Span | undefined {
  const origin = originOfSpan(below, diff);
  return origin.kind === "server" ? origin.span : undefined;
}

const UNKNOWN: SendingOrigin = { kind: "unknown" };

export function sendingOrigin(hop: Hop, diff: TraceDiff): SendingOrigin {
  if (diff.index.spans.length === 0) return UNKNOWN;
  const span = sendingSpan(hop, diff);
  return span === undefined ? UNKNOWN : originOfSpan(span, diff);
}

/** What stands above a span, in its own service. */
export function originOfSpan(below: Span, diff: TraceDiff): SendingOrigin {
  let span = below;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (isReceiving(span)) return { kind: "server", span };
    if (span.parentSpanId === undefined) return { kind: "root", span };
    const parent = diff.index.parentOf(span);
    if (parent === undefined) return { kind: "missing parent", span };
    span = parent;
  }
  return UNKNOWN;
}

/** The CLIENT span, or whatever span the context on the wire names: proxies inject their SERVER span's id. */
function sendingSpan(hop: Hop, diff: TraceDiff): Span | undefined {
  if (hop.parent?.because === "forwarded unchanged") return undefined;
  const client = diff.matches.get(hop.index)?.client;
  if (client !== undefined) return client;
  for (const { traceId, spanId } of hop.reading.identities) {
    // A SERVER span that shares the id with its client (B3) is the receiver's.
    const span = diff.index.byId(traceId, spanId).find((s) => diff.hopOf.get(s) !== hop.index);
    if (span !== undefined) return span;
  }
  return undefined;
}
