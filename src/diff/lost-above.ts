// SERVER spans whose callers the backend lacks, and the exchanges that they lie behind: who received such an exchange made a span for it, called on in its
// name, and the backend has neither. No capture of the receiver is needed to see that.

import type { Hop } from "../hops/hop.ts";
import { isHttpSpan, spanRpcPath } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { groupBy } from "../wire/group-by.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import type { SpanClocks } from "./span-clocks.ts";
import { isSending, type SpanIndex } from "./span-index.ts";
import type { HopSpans } from "./trace-diff.ts";

interface Matched {
  readonly index: SpanIndex;
  readonly matches: ReadonlyMap<number, HopSpans>;
  readonly hopOf: ReadonlyMap<Span, number>;
}

/** By hop index: a SERVER span of another service in the same trace that hangs below a span of this hop's receiver, which the backend lacks. */
export function lostAbove(hops: readonly Hop[], matched: Matched, clocks: SpanClocks): ReadonlyMap<number, Span> {
  const found = new Map<number, Span>();
  const orphans = orphansOf(hops, matched);
  if (orphans.length === 0) return found;
  const unanswered = unansweredCalls(hops, matched);
  const isElsewhere = tracesWithUnseenCalls(matched);
  for (const span of orphans) {
    if (isElsewhere.has(span.traceId)) continue;
    const possible = openAt(span, unanswered.get(span.traceId), clocks);
    const [first, ...more] = possible;
    if (first === undefined || more.some(({ receiver }) => receiver !== first.receiver)) continue;
    // What its own service called lies behind it, and so does what came later.
    const own = possible.findIndex(({ index }) => matched.matches.get(index)?.client?.resource.service === span.resource.service);
    const last = own < 0 ? possible.at(-1) : possible[own - 1];
    if (last !== undefined) found.set(last.index, span);
  }
  return found;
}

/**
 * Their parents are unknown, and in no context on the wire, which would tell who made them. Not those of operations that are also asked for from outside,
 * where nobody has the caller's span.
 */
function orphansOf(hops: readonly Hop[], { index, matches, hopOf }: Matched): Span[] {
  const seen = new Set(hops.flatMap(({ reading }) => reading.identities.map(({ traceId, spanId }) => traceId + spanId)));
  const orphans = index.spans.filter(
    (span) =>
      span.kind === "server" &&
      span.parentSpanId !== undefined &&
      !hopOf.has(span) &&
      index.parentOf(span) === undefined &&
      !seen.has(span.traceId + span.parentSpanId),
  );
  if (orphans.length === 0) return [];
  const entries = new Set<string>();
  for (const span of index.spans) if (span.kind === "server" && span.parentSpanId === undefined) entries.add(operationOf(span));
  for (const { index: hop } of hops) {
    const { client, server } = matches.get(hop) ?? {};
    if (client === undefined && server !== undefined) entries.add(operationOf(server));
  }
  return orphans.filter((span) => !entries.has(operationOf(span)));
}

function operationOf({ resource, name }: Span): string {
  return `${resource.service}\n${name}`;
}

/**
 * Exchanges whose CLIENT span is known and that have no SERVER span below it, by its trace. Who copies the context into calls of its own makes no spans:
 * then it is those calls.
 */
function unansweredCalls(hops: readonly Hop[], { matches }: Matched): Map<string, OpenExchanges> {
  const copied = new Set(hops.flatMap(({ parent }) => (parent?.because === "forwarded unchanged" ? [parent.hop] : [])));
  const traces = new Map<number, string>();
  for (const { index, reading, parent } of hops) {
    const { client } = matches.get(index) ?? {};
    const own = reading.identities.some(({ traceId }) => traceId === client?.traceId) ? client?.traceId : undefined;
    const traceId = own ?? (parent?.because === "forwarded unchanged" ? traces.get(parent.hop) : undefined);
    if (traceId !== undefined) traces.set(index, traceId);
  }
  const calls = hops.filter(({ index }) => traces.has(index) && !copied.has(index) && matches.get(index)?.server === undefined);
  const byTrace = groupBy(calls, ({ index }) => traces.get(index)!);
  return new Map([...byTrace].map(([traceId, own]) => [traceId, new OpenExchanges(own)]));
}

/** Traces with calls that no capture shows, and that nobody answered either: an orphan may be behind one of those. */
function tracesWithUnseenCalls({ index, hopOf }: Matched): Set<string> {
  const traces = new Set<string>();
  for (const span of index.spans)
    if (
      isSending(span) &&
      !hopOf.has(span) &&
      (isHttpSpan(span) || spanRpcPath(span) !== undefined) &&
      index.childrenOf(span.traceId, span.spanId).length === 0
    )
      traces.add(span.traceId);
  return traces;
}

/** Those under way when the span began. */
function openAt(span: Span, calls: OpenExchanges | undefined, clocks: SpanClocks): Hop[] {
  if (calls === undefined) return [];
  return calls.openAround(undefined, clocks.startsOf(span), clocks.slackOf(span)).filter((hop) => clocks.isDuring(span, hop));
}
