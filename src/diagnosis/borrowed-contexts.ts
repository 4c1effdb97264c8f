// Calls that carry the context of another request than the one they were made for: a context that is kept in a connection pool, a worker or a global.
// The ids are those of a request that has its call already, or was answered long ago, while a request of the same route has none. Told where a route
// makes one call for each request, by the numbers of both: then each call too many of one request belongs to one that has none. And where all calls of a
// route are of one request, long after it was answered, while many others of its kind have none: then it is not known which each call was made for.

import { NO_PARENT } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { Interned } from "../wire/columns.ts";
import { count } from "../wire/count.ts";
import { SECOND } from "../wire/timestamp.ts";
import { RouteNames } from "./route.ts";
import type { Facts } from "./view.ts";

/** Fewer requests without a call are chance. */
const MIN_WITHOUT = 5;
/** Calls and requests are equally many but for this part of them: each request makes one. */
const MAX_UNEVEN = 0.03;
/** So many of them, and exactly as many calls as requests, need nothing else. */
const MIN_EXACT = 20;
/** Part of the requests without a call for which one goes out that is one too many elsewhere. */
const MIN_EXPLAINED = 0.9;
/** Of those that wait so many are looked at. */
const MAX_WAITING = 64;
/** It goes out while the request is open, or so long after its answer. */
const REACH_US = SECOND;
/** Part of those calls that go out when the request that they name was answered already, or that ask for the very same as another request. */
const MIN_TOLD = 0.3;
/** More routes than any run tells apart (`MAX_ROUTE_NAMES`): two numbers make one key. */
const ROUTES = 2 ** 20;
/** So many calls that go out long after the answer to the one request that all of them are of, and so many requests after it, are no job of that one. */
const MIN_STALE = 20;
const NEARLY_ALL = 0.95;
/** How sure it is which request it was. */
export const BORROWED_CONFIDENCE = 0.85;

/** Finds them, and links each with its request. By call: the request that it was made for, `NO_PARENT` where nothing tells. */
export function linkBorrowedContexts(facts: Facts): ReadonlyMap<number, number> {
  const found = borrowedContexts(facts);
  for (const [call, request] of found) {
    if (request === NO_PARENT) facts.table.hop(call).parent = undefined;
    else facts.table.link(call, request, "timing", BORROWED_CONFIDENCE);
    facts.table.setCandidates(call, request === NO_PARENT ? [] : [request]);
  }
  return found;
}

function borrowedContexts(facts: Facts): ReadonlyMap<number, number> {
  const borrowed = new Map<number, number>();
  const crowded = machinesWithSeveralCalls(facts.table);
  if (crowded.size === 0) return borrowed;
  for (const { requests, calls } of flowsOf(crowded, facts)) {
    const found = dealOut(requests, calls, facts.table);
    for (const [call, request] of found) borrowed.set(call, request);
    if (found.size === 0) for (const call of staleCalls(requests, calls, facts)) borrowed.set(call, NO_PARENT);
  }
  return borrowed;
}

/** Numbers of machines where a request has more than one call by ids. */
function machinesWithSeveralCalls(table: HopTable): Set<number> {
  const { size, parent, clientHost } = table;
  const calls = new Uint8Array(size);
  const machines = new Set<number>();
  for (let hop = 0; hop < size; hop++) {
    if (!isByContext(hop, table)) continue;
    const cause = parent[hop]!;
    if (calls[cause]! > 0) machines.add(clientHost[hop]!);
    calls[cause] = 1;
  }
  return machines;
}

/** A context on the wire ties it to its cause. */
function isByContext(hop: number, table: HopTable): boolean {
  if (table.parent[hop] === NO_PARENT) return false;
  const because = table.because(hop);
  return because === "span id" || because === "trace id" || because === "forwarded unchanged";
}

/** Requests of one route, and the calls to one route of one receiver that ids lay on them. */
interface Flow {
  readonly requests: readonly number[];
  readonly calls: readonly number[];
}

function flowsOf(machines: ReadonlySet<number>, facts: Facts): Flow[] {
  const { table, naming } = facts;
  const { size, row, parent, clientHost, hostOfPlace, receiver, exchanges } = table;
  /** Numbers of listeners some of whose requests are not whole: of a request that cannot be read no call can be told by ids. */
  const unread = new Set<number>();
  const routes = new RouteNames(facts);
  const groups = new Interned<string>();
  /** By listener and route. */
  const requests = new Map<number, number[]>();
  /** By listener and route of the cause, then by group and route of the call. */
  const calls = new Map<number, Map<number, number[]>>();
  for (let hop = 0; hop < size; hop++) {
    if (!table.isWork(hop)) continue;
    const isHere = machines.has(hostOfPlace[receiver[hop]!]!);
    if (isHere && !exchanges.isWhole(row[hop]!)) unread.add(receiver[hop]!);
    if (isHere) listOf(requests, keyOf(receiver[hop]!, routes.numberOf(hop))).push(hop);
    if (!machines.has(clientHost[hop]!) || !isByContext(hop, table)) continue;
    const cause = parent[hop]!;
    const of = keyOf(receiver[cause]!, routes.numberOf(cause));
    const to = keyOf(groups.number(naming.receiverOf(hop).group), routes.numberOf(hop));
    const flows = calls.get(of) ?? new Map<number, number[]>();
    calls.set(of, flows);
    listOf(flows, to).push(hop);
  }
  return [...calls].flatMap(([of, flows]) => {
    const came = requests.get(of) ?? [];
    if (came.some((hop) => unread.has(receiver[hop]!))) return [];
    return [...flows.values()].map((hops) => ({ requests: came, calls: hops }));
  });
}

function keyOf(place: number, route: number): number {
  return place * ROUTES + route;
}

function listOf(lists: Map<number, number[]>, key: number): number[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}

/**
 * The first call goes to the request that its ids name; each other one to the oldest that no call names, where one was open or answered just now. What asks
 * for the very same as one of those was made for it.
 */
function dealOut(requests: readonly number[], calls: readonly number[], table: HopTable): Map<number, number> {
  const { parent, startedAt, endedAt } = table;
  const dealt = new Map<number, number>();
  const named = new Set(calls.map((call) => parent[call]!));
  const without = requests.filter((request) => !named.has(request));
  if (without.length < MIN_WITHOUT || Math.abs(requests.length - calls.length) > MAX_UNEVEN * requests.length) return dealt;
  const isServed = new Set<number>();
  const taken = new Set<number>();
  // Those that wait lie between the two.
  let [first, next] = [0, 0];
  let told = 0;
  for (const call of calls) {
    const now = startedAt[call]!;
    const own = parent[call]!;
    const isOver = (request: number) => taken.has(request) || endedAt[request]! + REACH_US < now;
    while (next < without.length && startedAt[without[next]!]! <= now) next++;
    while (first < next && isOver(without[first]!)) first++;
    const waiting = without.slice(first, Math.min(next, first + MAX_WAITING)).filter((request) => !isOver(request));
    const same = isSameTarget(call, own, table) ? undefined : waiting.find((request) => isSameTarget(call, request, table));
    if (!isServed.has(own) && same === undefined) {
      isServed.add(own);
      continue;
    }
    const request = same ?? waiting[0];
    if (request === undefined) continue;
    // A trace that comes through the machine twice names either request.
    if (isSameTraceOf(call, request, table)) return new Map<number, number>();
    taken.add(request);
    dealt.set(call, request);
    if (same !== undefined || endedAt[own]! < now) told++;
  }
  const isExact = requests.length === calls.length && dealt.size === without.length && without.length >= MIN_EXACT;
  return isExact || (dealt.size >= MIN_EXPLAINED * without.length && told >= MIN_TOLD * dealt.size) ? dealt : new Map<number, number>();
}

/** Calls that go out long after the answer to the request that nearly all calls of the flow are of. */
function staleCalls(requests: readonly number[], calls: readonly number[], facts: Facts): number[] {
  const { parent, startedAt, endedAt } = facts.table;
  const counts = new Map<number, number>();
  for (const call of calls) count(counts, parent[call]!);
  const [[kept, n] = [NO_PARENT, 0]] = [...counts].sort((a, b) => b[1] - a[1]);
  if (n < NEARLY_ALL * calls.length) return [];
  const answeredAt = endedAt[kept]!;
  const after = calls.filter((call) => parent[call] === kept && startedAt[call]! > answeredAt);
  const stale = after.filter((call) => startedAt[call]! > answeredAt + REACH_US).length;
  const later = requests.filter((request) => request > kept && startedAt[request]! > answeredAt);
  const traces = new Set(later.map((request) => traceOf(request, facts)));
  traces.delete(undefined);
  return stale >= MIN_STALE && traces.size >= MIN_STALE ? after : [];
}

/** Of the context that came in; else of the trace that the receiver began for it. */
function traceOf(request: number, { table, diff }: Facts): number | string | undefined {
  const { row, exchanges } = table;
  const { readings, identities } = exchanges;
  if (readings.hasContext(row[request]!)) return identities.trace[readings.first(row[request]!)]!;
  return diff.matches.get(request)?.server?.traceId;
}

function isSameTraceOf(call: number, request: number, { row, exchanges: { readings, identities } }: HopTable): boolean {
  const [went, came] = [row[call]!, row[request]!];
  return readings.hasContext(came) && identities.trace[readings.first(went)] === identities.trace[readings.first(came)];
}

function isSameTarget(call: number, request: number, { row, exchanges }: HopTable): boolean {
  const [went, came] = [row[call]!, row[request]!];
  return exchanges.method[went] === exchanges.method[came] && exchanges.targetHash[went] === exchanges.targetHash[came];
}
