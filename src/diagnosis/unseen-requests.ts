// Calls of a service that no capture shows receive anything. Where its calls that begin traces, or carry none, come out even with the requests that its
// SERVER spans tell of, each was made for one of them and lost the context on the way: a call within each span that nothing hangs below, or one after each
// span of a route.

import { isReceiving, isSending } from "../diff/span-index.ts";
import { originOfSpan } from "../diff/span-parents.ts";
import { type Hop, NO_PARENT } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { lastAtOrBefore } from "../pairing/shifts.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Resource, Span } from "../spans/span.ts";
import { groupBy } from "../wire/group-by.ts";
import { median } from "../wire/median.ts";
import { sum } from "../wire/sum.ts";
import { SECOND } from "../wire/timestamp.ts";
import { originOf, type UnseenRequest, type View } from "./view.ts";

/** Calls and requests of a route come out even but for so many: a service that is merely busy while it polls has others. */
const EVEN = 0.9;
const MIN_CALLS = 5;
/** Where spans around them have other calls, or are over, more calls must show it, and come out nearly the same: what only happens to be as many is soon out of step. */
const MIN_CALLS_BESIDE = 20;
const QUITE_EVEN = 0.97;
const LONGEST_WAIT_US = SECOND;
/** How far calls are moved to see what chance does, in usual lengths of a request: far enough to leave it, and not the load that it was part of. */
const MOVES = [-4.3, -2.9, -1.7, 1.7, 2.9, 4.3];
/** Spans that are looked at for the newest around a call: one that lasts (a stream) may have thousands behind it. */
const MAX_LOOKED_AT = 64;
/** So much more than chance is no chance. */
const SIGMAS = 6;

/** By hop index. */
export function unseenRequests(view: View): ReadonlyMap<number, UnseenRequest> {
  const found = new Map<number, UnseenRequest>();
  if (!view.backend.isWindowSearched || view.diff.index.spans.length === 0) return found;
  const roots = rootCalls(view);
  const bare = bareCalls(view);
  if (roots.size + bare.size === 0) return found;
  const servers = serversByProcess(view);
  for (const calls of [...roots.values(), ...bare.values()]) {
    const [{ process }] = calls as [Call];
    const own = servers.get(process) ?? { all: [], bare: [] };
    const [pairs, how] = firstWay(calls, own);
    for (const [hop, span] of pairs) found.set(hop.index, { span, how: how(span) });
  }
  return found;
}

/** The surest way that pairs any of a process's calls, and how it tells what it paired. */
function firstWay(calls: readonly Call[], own: Servers): [[Hop, Span][], (span: Span) => string] {
  const within = pairWithin(calls, own.bare, MIN_CALLS, EVEN);
  if (within.length > 0) return [within, (span) => `within ${serverSpan(span)}, which no call hangs below`];
  const each = pairWithin(calls, own.all, MIN_CALLS_BESIDE, QUITE_EVEN);
  if (each.length > 0) return [each, (span) => `within ${serverSpan(span)}: one in each request of ${routeOf(span)}`];
  const after = pairByRoute(calls, own.all);
  if (after.length > 0) return [after, (span) => `after ${serverSpan(span)}: one for each request of ${routeOf(span)}`];
  return [pairEnclosed(calls, own.all), () => "within its SERVER spans, as such calls are far more often than chance would put them there"];
}

function serverSpan(span: Span): string {
  return `its SERVER span ${span.spanId} of trace ${span.traceId}`;
}

/** Times are those of the clock that stamps the process's spans, µs. */
interface Call {
  readonly hop: Hop;
  readonly process: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Calls whose CLIENT span begins a trace, by process and in the order of their starts. */
function rootCalls(view: View): Map<string, Call[]> {
  const calls: Call[] = [];
  for (const [index, { client }] of view.diff.matches) {
    if (client === undefined || client.parentSpanId !== undefined || view.naming.senderOf(index).port !== undefined) continue;
    const hop = view.table.hop(index);
    const origin = originOf(view, hop);
    if (hop.purpose === "work" && hop.parent === undefined && origin.kind === "root" && origin.span === client && client.links.length === 0)
      calls.push({ hop, process: processOf(client.resource), startedAt: client.startedAt, endedAt: client.endedAt });
  }
  return groupBy(calls.sort(byStart), ({ process }) => process);
}

/** Calls without a context and without a CLIENT span, of senders that other calls are known to be of, by process and receiver and in the order of their starts. */
function bareCalls(view: View): Map<string, Call[]> {
  const { table, naming, diff } = view;
  const { readings } = table.exchanges;
  const processes = knownSenders(view);
  const calls: Call[] = [];
  if (processes.size === 0) return new Map();
  for (let index = 0; index < table.size; index++) {
    const sender = naming.senderOf(index);
    const resource = processes.get(sender);
    if (resource === undefined || sender.port !== undefined || !table.isWork(index) || table.parent[index] !== NO_PARENT) continue;
    if (readings.hasContext(table.row[index]!) || diff.matches.get(index)?.client !== undefined) continue;
    const hop = table.hop(index);
    const offset = diff.clockOffsets.get(resource.service);
    if (offset === undefined || hop.observed !== "full" || hop.reading.fields.length > 0) continue;
    const startedAt = hop.startedAt + offset;
    calls.push({ hop, process: processOf(resource), startedAt, endedAt: (hop.endedAt ?? hop.startedAt) + offset });
  }
  return groupBy(calls.sort(byStart), ({ hop, process }) => `${process}\n${naming.receiverOf(hop.index).group}`);
}

/** The one process that all CLIENT spans of a sender's calls are of. */
function knownSenders({ naming, diff }: View): Map<Workload, Resource> {
  const senders = new Map<Workload, Resource>();
  const mixed = new Set<Workload>();
  for (const [index, { client }] of diff.matches) {
    if (client === undefined) continue;
    const sender = naming.senderOf(index);
    const known = senders.get(sender);
    if (known === undefined) senders.set(sender, client.resource);
    else if (processOf(known) !== processOf(client.resource)) mixed.add(sender);
  }
  for (const sender of mixed) senders.delete(sender);
  return senders;
}

function byStart(a: Call, b: Call): number {
  return a.startedAt - b.startedAt;
}

interface Servers {
  /** Of requests. */
  readonly all: Span[];
  /** Of requests and messages: those that no call hangs below. */
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
    // Who polls for messages asks again when each is handled.
    if (span.kind === "server") own.all.push(span);
    if (!calling.has(span)) own.bare.push(span);
  }
  return servers;
}

/** One service in one pod: its spans are stamped by one clock. */
function processOf({ service, pod }: Resource): string {
  return `${service}\n${pod ?? ""}`;
}

/** Each call with the earliest span around it that has none yet; nothing unless calls and the spans of these routes come out even, but for a part. */
function pairWithin(calls: readonly Call[], servers: readonly Span[], least: number, even: number): [Hop, Span][] {
  if (calls.length < least) return [];
  const taken = new Set<Span>();
  const pairs: [Hop, Span][] = [];
  /** Begun, not over, and without a call: in the order of their starts. */
  let open: Span[] = [];
  let next = 0;
  for (const { hop, startedAt, endedAt: until } of calls) {
    while (next < servers.length && servers[next]!.startedAt <= startedAt) open.push(servers[next++]!);
    open = open.filter(({ endedAt }) => endedAt >= startedAt);
    const at = open.findIndex(({ endedAt }) => endedAt >= until);
    const server = open[at];
    if (server === undefined) continue;
    open.splice(at, 1);
    taken.add(server);
    pairs.push([hop, server]);
  }
  const routes = new Set([...taken].map(routeOf));
  const own = servers.filter((server) => routes.has(routeOf(server))).length;
  return pairs.length >= even * calls.length && pairs.length >= even * own ? pairs : [];
}

/** Each call with the earliest span of a route before it that has none yet; nothing unless that leaves hardly any call and hardly any span over. */
function pairByRoute(calls: readonly Call[], servers: readonly Span[]): [Hop, Span][] {
  if (calls.length < MIN_CALLS_BESIDE) return [];
  for (const [, own] of groupBy(servers, routeOf)) {
    if (Math.min(calls.length, own.length) < QUITE_EVEN * Math.max(calls.length, own.length)) continue;
    const pairs: [Hop, Span][] = [];
    let next = 0;
    for (const { hop, startedAt } of calls) {
      while (next < own.length && startedAt - own[next]!.startedAt > LONGEST_WAIT_US) next++;
      const server = own[next];
      if (server === undefined || server.startedAt > startedAt) continue;
      next++;
      pairs.push([hop, server]);
    }
    if (pairs.length >= QUITE_EVEN * Math.max(calls.length, own.length)) return pairs;
  }
  return [];
}

/**
 * Each call with the newest span around it; nothing unless nearly all lie within one, and far fewer do a few requests earlier or later: who polls while
 * it serves does not wait for requests to begin.
 */
function pairEnclosed(calls: readonly Call[], servers: readonly Span[]): [Hop, Span][] {
  if (calls.length < MIN_CALLS_BESIDE || servers.length === 0) return [];
  const around = new SpansAround(servers);
  const usual = median(servers.map(({ startedAt, endedAt }) => endedAt - startedAt));
  const pairs = calls.flatMap(({ hop, startedAt, endedAt }): [Hop, Span][] => {
    const span = around.newest(startedAt, endedAt);
    return span === undefined ? [] : [[hop, span]];
  });
  if (pairs.length < EVEN * calls.length) return [];
  const byChance =
    sum(
      MOVES.map((move) => calls.filter(({ startedAt, endedAt }) => around.isAny(startedAt + move * usual, endedAt + move * usual)).length),
    ) / MOVES.length;
  const deviation = Math.sqrt(byChance * (1 - byChance / calls.length));
  return pairs.length - byChance >= SIGMAS * Math.max(deviation, 1) ? pairs : [];
}

/** Finds the spans that are open for the whole of a time. */
class SpansAround {
  readonly #spans: readonly Span[];
  readonly #starts: Float64Array;
  /** By place: which of the spans up to here ends last. */
  readonly #last: Uint32Array;

  /** `spans`: in the order of their starts. */
  constructor(spans: readonly Span[]) {
    this.#spans = spans;
    this.#starts = Float64Array.from(spans, ({ startedAt }) => startedAt);
    let last = 0;
    this.#last = Uint32Array.from(spans, ({ endedAt }, at) => {
      if (endedAt >= spans[last]!.endedAt) last = at;
      return last;
    });
  }

  isAny(from: number, until: number): boolean {
    const at = lastAtOrBefore(this.#starts, from);
    return at >= 0 && this.#spans[this.#last[at]!]!.endedAt >= until;
  }

  /** Of a crowd the one that ends last. */
  newest(from: number, until: number): Span | undefined {
    const first = lastAtOrBefore(this.#starts, from);
    if (first < 0) return undefined;
    const lasting = this.#spans[this.#last[first]!]!;
    if (lasting.endedAt < until) return undefined;
    for (let at = first; at > Math.max(-1, first - MAX_LOOKED_AT); at--) if (this.#spans[at]!.endedAt >= until) return this.#spans[at];
    return lasting;
  }
}

function routeOf(span: Span): string {
  return spanRoute(span) ?? span.name;
}
