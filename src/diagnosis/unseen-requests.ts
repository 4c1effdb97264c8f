// Calls of a service that no capture shows receive anything. Where its CLIENT spans that begin traces come out even with the requests that its SERVER spans
// tell of, each call was made for one of them and lost the context on the way: a call within each span that nothing hangs below, or one after each span
// of a route.

import { isReceiving, isSending } from "../diff/span-index.ts";
import { originOfSpan } from "../diff/span-parents.ts";
import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Resource, Span } from "../spans/span.ts";
import { groupBy } from "../wire/group-by.ts";
import { SECOND } from "../wire/timestamp.ts";
import { originOf, type UnseenRequest, type View } from "./view.ts";

/** Calls and requests of a route come out even but for so many: a service that is merely busy while it polls has others. */
const EVEN = 0.9;
const MIN_CALLS = 5;
/** Without the spans around them more calls must show it, and come out nearly the same: what only happens to be as many is soon out of step. */
const MIN_CALLS_AFTER = 20;
const QUITE_EVEN = 0.97;
const LONGEST_WAIT_US = SECOND;

/** By hop index. */
export function unseenRequests(view: View): ReadonlyMap<number, UnseenRequest> {
  const found = new Map<number, UnseenRequest>();
  if (!view.backend.isWindowSearched || view.diff.index.spans.length === 0) return found;
  const calls = rootCalls(view);
  if (calls.size === 0) return found;
  const servers = serversByProcess(view);
  for (const [process, own] of calls) {
    const { all = [], bare = [] } = servers.get(process) ?? {};
    const within = pairWithin(own, bare);
    for (const [hop, span] of within)
      found.set(hop.index, { span, how: `within its SERVER span ${span.spanId} of trace ${span.traceId}, which no call hangs below` });
    if (within.length > 0) continue;
    for (const [hop, span] of pairByRoute(own, all))
      found.set(hop.index, {
        span,
        how: `after its SERVER span ${span.spanId} of trace ${span.traceId}: one for each request of ${routeOf(span)}`,
      });
  }
  return found;
}

interface RootCall {
  readonly hop: Hop;
  readonly span: Span;
}

/** By process, in the order of their starts. */
function rootCalls(view: View): Map<string, RootCall[]> {
  const calls = new Map<string, RootCall[]>();
  for (const [index, { client }] of view.diff.matches) {
    if (client === undefined || client.parentSpanId !== undefined || view.naming.senderOf(index).port !== undefined) continue;
    const hop = view.table.hop(index);
    const origin = originOf(view, hop);
    if (hop.purpose === "work" && hop.parent === undefined && origin.kind === "root" && origin.span === client && client.links.length === 0)
      add(calls, processOf(client.resource), { hop, span: client });
  }
  for (const own of calls.values()) own.sort((a, b) => a.span.startedAt - b.span.startedAt);
  return calls;
}

interface Servers {
  readonly all: Span[];
  /** Those that no call hangs below. */
  readonly bare: Span[];
}

/** SERVER spans, by process and in the order of their starts. */
function serversByProcess({ diff }: View): Map<string, Servers> {
  const { spans } = diff.index;
  const calling = new Set<Span>();
  for (const span of spans) {
    const origin = isSending(span) ? originOfSpan(span, diff) : undefined;
    if (origin?.kind === "server") calling.add(origin.span);
  }
  const servers = new Map<string, Servers>();
  for (const span of spans.filter(isReceiving).sort((a, b) => a.startedAt - b.startedAt)) {
    const key = processOf(span.resource);
    const own = servers.get(key) ?? { all: [], bare: [] };
    servers.set(key, own);
    own.all.push(span);
    if (!calling.has(span)) own.bare.push(span);
  }
  return servers;
}

/** One service in one pod: its spans are stamped by one clock. */
function processOf({ service, pod }: Resource): string {
  return `${service}\n${pod ?? ""}`;
}

/** Each call with the earliest span around it that has none yet; nothing unless calls and the spans of these routes come out even. */
function pairWithin(calls: readonly RootCall[], servers: readonly Span[]): [Hop, Span][] {
  if (calls.length < MIN_CALLS) return [];
  const taken = new Set<Span>();
  const pairs: [Hop, Span][] = [];
  /** Begun, not over, and without a call: in the order of their starts. */
  let open: Span[] = [];
  let next = 0;
  for (const { hop, span } of calls) {
    while (next < servers.length && servers[next]!.startedAt <= span.startedAt) open.push(servers[next++]!);
    open = open.filter(({ endedAt }) => endedAt >= span.startedAt);
    const at = open.findIndex(({ endedAt }) => endedAt >= span.endedAt);
    const server = open[at];
    if (server === undefined) continue;
    open.splice(at, 1);
    taken.add(server);
    pairs.push([hop, server]);
  }
  const routes = new Set([...taken].map(routeOf));
  const own = servers.filter((server) => routes.has(routeOf(server))).length;
  return pairs.length >= EVEN * calls.length && pairs.length >= EVEN * own ? pairs : [];
}

/** Each call with the earliest span of a route before it that has none yet; nothing unless that leaves hardly any call and hardly any span over. */
function pairByRoute(calls: readonly RootCall[], servers: readonly Span[]): [Hop, Span][] {
  if (calls.length < MIN_CALLS_AFTER) return [];
  for (const [, own] of groupBy(servers, routeOf)) {
    if (Math.min(calls.length, own.length) < QUITE_EVEN * Math.max(calls.length, own.length)) continue;
    const pairs: [Hop, Span][] = [];
    let next = 0;
    for (const { hop, span } of calls) {
      while (next < own.length && span.startedAt - own[next]!.startedAt > LONGEST_WAIT_US) next++;
      const server = own[next];
      if (server === undefined || server.startedAt > span.startedAt) continue;
      next++;
      pairs.push([hop, server]);
    }
    if (pairs.length >= QUITE_EVEN * Math.max(calls.length, own.length)) return pairs;
  }
  return [];
}

function routeOf(span: Span): string {
  return spanRoute(span) ?? span.name;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
