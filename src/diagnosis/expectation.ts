// What context an exchange must carry: that of the exchange which caused it, or of a span that the sender has for it. Where several could have
// caused it, all of them must agree that there was one.

import { type Hop, INFERRED } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { SECOND } from "../wire/timestamp.ts";
import { likelyCauses } from "./likely-causes.ts";
import { originOf, spansOf, type View } from "./view.ts";

export type Expectation =
  /** `isDoubtful`: it went out while nothing, or nothing fresh, was served, so that it may go out by itself (a job, a poll). */
  | { readonly kind: "none"; readonly isDoubtful?: boolean }
  /** What the capture shows cannot tell. */
  | { readonly kind: "unknown"; readonly isDoubtful?: boolean }
  | {
      readonly kind: "context";
      /** Trace ids, any of which is right. */
      readonly traceIds: readonly string[];
      /** The cause, where it is known for sure. */
      readonly parent: Hop | undefined;
      /** An exchange that shows what should have gone on, for evidence. */
      readonly example: Hop | undefined;
      /** The sender's own span: of the incoming exchange (of the first, where all candidates have one), or of this one. */
      readonly span: Span | undefined;
      readonly confidence: number;
      /** No id, no same request and no span proves the cause: only that it was open. */
      readonly isCircumstantial: boolean;
    };

/** What it must carry, where that is known. */
export type Expected = Extract<Expectation, { readonly kind: "context" }>;

/** A single open exchange is the cause unless something else, unseen, was; several that all carried a context leave only that doubt too. */
export const CANDIDATES_CONFIDENCE = 0.85;
/** A request that was open for so long explains what goes out meanwhile no better than chance (server-sent events, long polling). */
export const FRESH_US = SECOND;
/** From this confidence on a parent is proof. */
export const PROVEN_PARENT = 0.9;
/** From this confidence on an inferred one is shown as what happened. */
const LIKELY_PARENT = 0.75;

export function expectationOf(hop: Hop, view: View): Expectation {
  if (hop.purpose !== "work") return { kind: "none" };
  const link = hop.parent;
  if (link?.because === "span link") return { kind: "none" };
  const parent = link === undefined || link.confidence < PROVEN_PARENT || INFERRED.has(link.because) ? undefined : view.table.hop(link.hop);
  if (view.found.unprompted.has(hop.index)) return { kind: "none" };
  if (parent !== undefined) return byParent(hop, parent, view);
  const unseen = view.found.unseen.get(hop.index);
  if (unseen !== undefined) return byUnseen(unseen.span);
  const origin = originOf(view, hop);
  const { client } = spansOf(view, hop.index);
  const own = client === undefined || spansOf(view, hop.index).clientBy !== "time and name" ? undefined : client;
  if (own !== undefined)
    return {
      kind: "context",
      traceIds: [own.traceId],
      parent: undefined,
      example: exampleOf(hop, view),
      span: own,
      confidence: 0.95,
      isCircumstantial: false,
    };
  // Its own spans lead to a request that no hop shows, or to a span that starts the trace on purpose (a job).
  if (origin.kind === "server" || origin.kind === "missing parent") return { kind: "none" };
  if (origin.kind === "root" && origin.span.kind === "internal") return { kind: "none" };
  // Who sent it must be certain before what it was serving can say anything: on a shared machine any process may be the caller.
  if (hop.isSenderBlind || view.naming.senderOf(hop.index).port === undefined) return { kind: "unknown" };
  return byCandidates(hop, view);
}

function byParent(hop: Hop, parent: Hop, view: View): Expectation {
  const carried = carriedBy(parent, view);
  if (carried.kind !== "context") return carried;
  const confidence = hop.parent?.confidence ?? PROVEN_PARENT;
  return { ...carried, parent, example: parent, confidence, isCircumstantial: isBySameRequest(hop.index, view) };
}

/**
 * Whether nothing ties a hop to its cause but that both ask for the same. A proxy sends on what it got; what an application asks for may be called alike, and
 * where the capture lacks requests, the one that came in may be another.
 */
export function isBySameRequest(hop: number, { table, naming }: View): boolean {
  return table.because(hop) === "same request" && (naming.senderOf(hop).role !== "proxy" || table.isSenderBlind(hop));
}

function byUnseen(span: Span): Expectation {
  const base = { parent: undefined, example: undefined, confidence: CANDIDATES_CONFIDENCE, isCircumstantial: true };
  return { kind: "context", traceIds: [span.traceId], span, ...base };
}

function byCandidates(hop: Hop, view: View): Expectation {
  const candidates = likelyCauses(hop, view).map((index) => view.table.hop(index));
  if (candidates.length === 0) return { kind: "none", isDoubtful: !view.found.followed.has(hop.index) };
  if (candidates.every((candidate) => hop.startedAt - candidate.startedAt > FRESH_US)) return { kind: "unknown", isDoubtful: true };
  const carried = candidates.map((candidate) => carriedBy(candidate, view));
  if (carried.every((c) => c.kind === "none")) return { kind: "none" };
  if (!carried.every((c) => c.kind === "context")) return { kind: "unknown" };
  const traceIds = carried.flatMap((c) => (c.kind === "context" ? c.traceIds : []));
  const spans = carried.map((c) => (c.kind === "context" ? c.span : undefined));
  // A request that is not sampled has no span by right: that tells nothing of the others.
  const isServed = spans.every((s, i) => s !== undefined || isUnsampled(candidates[i]!));
  const span = isServed ? spans.find((s) => s !== undefined) : undefined;
  // An inference that is not sure names a request, and proves nothing.
  const isNamed = candidates.length === 1 && (hop.parent === undefined || hop.parent.confidence >= LIKELY_PARENT);
  const parent = isNamed ? candidates[0] : undefined;
  return { kind: "context", traceIds, parent, example: candidates[0], span, confidence: CANDIDATES_CONFIDENCE, isCircumstantial: true };
}

/** What an incoming exchange left its receiver with: the trace of its SERVER span, else what was on the wire. */
function carriedBy(hop: Hop, view: View): Expectation {
  const { server } = spansOf(view, hop.index);
  const onWire = hop.traceIds;
  if (server !== undefined)
    return {
      kind: "context",
      traceIds: [server.traceId, ...onWire],
      parent: undefined,
      example: hop,
      span: server,
      confidence: 1,
      isCircumstantial: false,
    };
  // Who begins traces of its own has no span of those that it does not sample.
  if (onWire.length > 0 && view.ownTraceOf(hop, view.naming.receiverOf(hop.index)) !== undefined) return { kind: "unknown" };
  // Who refuses a context that is written wrong begins a trace of its own, rightly.
  if (onWire.length > 0 && hop.reading.extractions.some((extraction) => "malformed" in extraction)) return { kind: "unknown" };
  if (onWire.length > 0)
    return { kind: "context", traceIds: onWire, parent: undefined, example: hop, span: undefined, confidence: 1, isCircumstantial: false };
  return hop.observed === "full" && hop.reading.extractions.length === 0 ? { kind: "none" } : { kind: "unknown" };
}

/** It carries contexts, and none of them is sampled: no backend has a span of it, or of what it causes, by right. */
export function isUnsampled({ reading: { identities } }: Hop): boolean {
  return identities.length > 0 && identities.every(({ sampled }) => sampled === false);
}

function exampleOf(hop: Hop, view: View): Hop | undefined {
  const first = hop.candidates[0];
  return first === undefined ? undefined : view.table.hop(first);
}
