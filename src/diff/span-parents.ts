// Parents that the backend proves: the span that sent an exchange hangs below the SERVER span of the exchange that caused it.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { isReceiving } from "./span-index.ts";
import type { TraceDiff } from "./trace-diff.ts";

/** Longest chain of spans between a SERVER span and the CLIENT span below it; deeper ones are loops or attacks. */
const MAX_DEPTH = 256;

/** Its own spans lead to a request that no hop shows, and what seemed to be its cause has another SERVER span. */
function isAnothers({ index, parent }: Hop, origin: Span, { matches }: TraceDiff): boolean {
  if (parent === undefined || matches.get(index)?.clientBy === "time and name") return false;
  const server = matches.get(parent.hop)?.server;
  return server !== undefined && server !== origin;
}

/** Where time and name alone say that the CLIENT span is this exchange's: equal calls side by side change places now and then. */
const BY_TIME = 0.97;

/** What stands above the span that sent an exchange, in its own service. */
export type SendingOrigin =
  | { readonly kind: "server"; readonly span: Span }
  | { readonly kind: "root"; readonly span: Span }
  | { readonly kind: "missing parent"; readonly span: Span }
  | { readonly kind: "unknown" };

/** Replaces guesses by proof: `parent` of every hop whose sending span leads to the SERVER span of another hop. */
export function linkParentsBySpans(hops: readonly Hop[], diff: TraceDiff): void {
  for (const hop of hops) {
    const origin = sendingOrigin(hop, diff);
    if (origin.kind !== "server") continue;
    const parent = diff.hopOf.get(origin.span);
    if (parent === undefined && isAnothers(hop, origin.span, diff)) hop.parent = undefined;
    const confidence = diff.matches.get(hop.index)?.clientBy === "time and name" ? BY_TIME : 1;
    if (parent !== undefined && parent !== hop.index) hop.parent = { hop: parent, because: "span id", confidence };
  }
}

const UNKNOWN: SendingOrigin = { kind: "unknown" };

export function sendingOrigin(hop: Hop, diff: TraceDiff): SendingOrigin {
  if (diff.index.spans.length === 0) return UNKNOWN;
  let span = sendingSpan(hop, diff);
  if (span === undefined) return UNKNOWN;
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
