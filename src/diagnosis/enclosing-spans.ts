// Calls of a service that no capture shows receive anything: where each of its CLIENT spans that begins a trace lies within a SERVER span of the same
// process that no call hangs below, and they come out even, it lost the context between the two.

import { isReceiving, isSending } from "../diff/span-index.ts";
import { originOfSpan } from "../diff/span-parents.ts";
import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Resource, Span } from "../spans/span.ts";
import { originOf, type View } from "./view.ts";

/** Calls and requests of a route come out even but for so many: a service that is merely busy while it polls has others. */
const EVEN = 0.9;
const MIN_CALLS = 5;

/** By hop index: the SERVER span of the request that the call was made for. */
export function enclosingSpans(view: View): ReadonlyMap<number, Span> {
  const found = new Map<number, Span>();
  if (!view.backend.isWindowSearched || view.diff.index.spans.length === 0) return found;
  const calls = rootCalls(view);
  if (calls.size === 0) return found;
  const bare = bareServers(view);
  for (const [process, own] of calls) for (const [hop, span] of pairEvenly(own, bare.get(process) ?? [])) found.set(hop.index, span);
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

/** SERVER spans that no call hangs below, by process and in the order of their starts. */
function bareServers({ diff }: View): Map<string, Span[]> {
  const { spans } = diff.index;
  const calling = new Set<Span>();
  for (const span of spans) {
    const origin = isSending(span) ? originOfSpan(span, diff) : undefined;
    if (origin?.kind === "server") calling.add(origin.span);
  }
  const servers = new Map<string, Span[]>();
  for (const span of spans) if (isReceiving(span) && !calling.has(span)) add(servers, processOf(span.resource), span);
  for (const own of servers.values()) own.sort((a, b) => a.startedAt - b.startedAt);
  return servers;
}

/** One service in one pod: its spans are stamped by one clock. */
function processOf({ service, pod }: Resource): string {
  return `${service}\n${pod ?? ""}`;
}

/** Each call with the earliest span around it that has none yet; nothing unless calls and the spans of these routes come out even. */
function pairEvenly(calls: readonly RootCall[], servers: readonly Span[]): [Hop, Span][] {
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

function routeOf(span: Span): string {
  return spanRoute(span) ?? span.name;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
