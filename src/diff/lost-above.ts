// SERVER spans whose callers the backend lacks, and the exchanges that they lie behind: who received such an exchange made a span for it, called on in its
// name, and the backend has neither. No capture of the receiver is needed to see that.

import type { Hop } from "../hops/hop.ts";
import { isHttpSpan, spanRpcPath } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { groupBy } from "../wire/group-by.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import type { HopsByContext } from "./hops-by-context.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import type { SpanClocks } from "./span-clocks.ts";
import { isSending, type SpanIndex } from "./span-index.ts";
import type { HopSpans } from "./trace-diff.ts";

interface Matched {
  readonly index: SpanIndex;
  readonly matches: ReadonlyMap<number, HopSpans>;
  readonly hopOf: ReadonlyMap<Span, number>;
  readonly byContext: Pick<HopsByContext, "of">;
}

/** Of the orphans of one operation so many must lie behind calls to one receiver: who else calls it, unseen, does so beside those calls as well. */
const NEARLY_ALL = 0.9;
/** What clocks of hosts are apart that are kept right. */
const CLOCK_ERROR_US = MILLISECOND;

/** By hop index: a SERVER span of another service in the same trace that hangs below a span of this hop's receiver, which the backend lacks. */
export function lostAbove(hops: readonly Hop[], matched: Matched, clocks: SpanClocks): ReadonlyMap<number, Span> {
  const found = new Map<number, Span>();
  const orphans = orphansOf(hops, matched);
  if (orphans.length === 0) return found;
  const clients = clientsOf(hops, matched);
  const unanswered = unansweredCalls(hops, clients, matched);
  const isElsewhere = tracesWithUnseenCalls(matched);
  for (const own of groupBy(
    orphans.filter(({ traceId }) => unanswered.has(traceId)),
    operationOf,
  ).values()) {
    const behind = own.flatMap((span) => {
      const hop = isElsewhere.has(span.traceId) ? undefined : callAbove(span, unanswered.get(span.traceId), matched, clocks);
      return hop === undefined ? [] : [{ hop, span }];
    });
    const most = [...groupBy(behind, ({ hop }) => hop.receiver).values()].reduce<typeof behind>(
      (best, calls) => (calls.length > best.length ? calls : best),
      [],
    );
    if (most.length === 0 || most.length < NEARLY_ALL * own.length || !areInside(most, clients)) continue;
    for (const { hop, span } of most) found.set(hop.index, span);
  }
  return found;
}

/**
 * Whether the spans lie within the CLIENT spans of the calls, as the backend has both: what was called before or afterwards does not, and times on the wire
 * are too coarse for that.
 */
function areInside(calls: readonly { readonly hop: Hop; readonly span: Span }[], clients: ReadonlyMap<number, Span>): boolean {
  const pairs = calls.map(({ hop, span }) => ({ client: clients.get(hop.index)!, span }));
  const before = median(pairs.map(({ client, span }) => span.startedAt - client.startedAt));
  const after = median(pairs.map(({ client, span }) => client.endedAt - span.endedAt));
  return Math.min(before, after) >= -CLOCK_ERROR_US;
}

/** The last of the calls that were under way all the time of this span, if all of them went to one receiver. */
function callAbove(span: Span, calls: OpenExchanges | undefined, { matches }: Matched, clocks: SpanClocks): Hop | undefined {
  const possible = openAt(span, calls, clocks);
  const [first, ...more] = possible;
  if (first === undefined || more.some(({ receiver }) => receiver !== first.receiver)) return undefined;
  // What its own service called lies behind it, and so does what came later.
  const own = possible.findIndex(({ index }) => matches.get(index)?.client?.resource.service === span.resource.service);
  return own < 0 ? possible.at(-1) : possible[own - 1];
}

/**
 * Their parents are unknown, and in no context on the wire, which would tell who made them. Not those of operations that are also asked for from outside,
 * where nobody has the caller's span.
 */
function orphansOf(hops: readonly Hop[], { index, matches, hopOf, byContext }: Matched): Span[] {
  const parentless = index.spans.filter(
    (span) => span.kind === "server" && span.parentSpanId !== undefined && !hopOf.has(span) && index.parentOf(span) === undefined,
  );
  const orphans = parentless.filter((span) => byContext.of(span.traceId, span.parentSpanId!).length === 0);
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

/** By hop index: the CLIENT span that its context names, also where it was copied from another exchange. */
function clientsOf(hops: readonly Hop[], { matches }: Matched): ReadonlyMap<number, Span> {
  const clients = new Map<number, Span>();
  for (const hop of hops) {
    const { index, parent } = hop;
    const { client } = matches.get(index) ?? {};
    const isNamed = client !== undefined && hop.reading.identities.some(({ traceId }) => traceId === client.traceId);
    const own = isNamed ? client : parent?.because === "forwarded unchanged" ? clients.get(parent.hop) : undefined;
    if (own !== undefined) clients.set(index, own);
  }
  return clients;
}

/**
 * Exchanges whose CLIENT span is known and that have no SERVER span below it, by its trace. Who copies the context into calls of its own makes no spans:
 * then it is those calls.
 */
function unansweredCalls(hops: readonly Hop[], clients: ReadonlyMap<number, Span>, { matches }: Matched): Map<string, OpenExchanges> {
  const copied = new Set(hops.flatMap(({ parent }) => (parent?.because === "forwarded unchanged" ? [parent.hop] : [])));
  const calls = hops.filter(({ index }) => clients.has(index) && !copied.has(index) && matches.get(index)?.server === undefined);
  const byTrace = groupBy(calls, ({ index }) => clients.get(index)!.traceId);
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

/** Those under way from its beginning to its end. */
function openAt(span: Span, calls: OpenExchanges | undefined, clocks: SpanClocks): Hop[] {
  if (calls === undefined) return [];
  return calls.openAround(undefined, clocks.startsOf(span), clocks.slackOf(span)).filter((hop) => clocks.isWithin(span, hop));
}
