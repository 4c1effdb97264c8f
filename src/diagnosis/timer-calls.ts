// Calls of a timer, which goes off however busy its process is: requests are open while they go out, and did not cause them.

import { INFERRED, NO_PARENT } from "../hops/hop.ts";
import { lastAtOrBefore } from "../pairing/shifts.ts";
import { count } from "../wire/count.ts";
import { addTo, groupBy } from "../wire/group-by.ts";
import { MAX_TIMERS } from "../wire/limits.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import { PROVEN_PARENT } from "./expectation.ts";
import { RouteNames } from "./route.ts";
import type { Facts } from "./view.ts";

/** Fewer calls may be regular by chance. */
const MIN_TICKS = 8;
/** Gaps between the ticks of a timer: nearly all are within this part of the usual one, or so many µs. */
const REGULAR = 0.03;
const REGULAR_US = 15 * MILLISECOND;
const NEARLY_ALL = 0.9;
/** A timer is told where requests are so many times as many, and no route of theirs is asked for about as often. */
const BUSIER = 3;
const AS_OFTEN = 1.25;

/** Calls without a proven cause and without a context that one workload makes of one route of another like a clock; indices of hops. */
export function timerCalls(facts: Facts): number[] {
  const open = callsWithoutCause(facts);
  if (open.length < MIN_TICKS) return [];
  const { table, naming } = facts;
  const routes = new RouteNames(facts);
  const groups = groupBy(open, (hop) => `${naming.senderOf(hop).index} ${naming.receiverOf(hop).group} ${routes.of(hop)}`);
  const regular = [...groups.values()].filter((calls) => isRegular(calls.map((hop) => table.startedAt[hop]!)));
  if (regular.length === 0) return [];
  const requests = requestsOf(new Set(regular.map(([first]) => table.clientHost[first!]!)), facts, routes);
  return regular
    .slice(0, MAX_TIMERS)
    .filter((calls) => isBeside(calls, requests.get(table.clientHost[calls[0]!]!), facts))
    .flat();
}

/** Those that something may be blamed for: requests were open meanwhile. */
function callsWithoutCause({ table, naming }: Facts): number[] {
  const { row, exchanges, parent } = table;
  const open: number[] = [];
  for (let hop = 0; hop < table.size; hop++) {
    if (exchanges.readings.hasFields(row[hop]!) || !table.isWork(hop)) continue;
    const isOpen =
      parent[hop] === NO_PARENT
        ? table.candidates(hop).length > 0
        : table.parentConfidence(hop) < PROVEN_PARENT || INFERRED.has(table.because(hop));
    if (isOpen && naming.senderOf(hop).port !== undefined) open.push(hop);
  }
  return open;
}

/** `starts`: in order. */
function isRegular(starts: ArrayLike<number>): boolean {
  if (starts.length < MIN_TICKS) return false;
  const gaps = Array.from({ length: starts.length - 1 }, (_, i) => starts[i + 1]! - starts[i]!);
  const usual = median(gaps);
  const near = Math.max(REGULAR * usual, Math.min(REGULAR_US, usual / 4));
  return gaps.filter((gap) => Math.abs(gap - usual) <= near).length >= NEARLY_ALL * gaps.length;
}

/** What a machine receives, in the order of time. */
interface Requests {
  readonly startedAt: Float64Array;
  /** Numbers of their routes. */
  readonly routes: readonly number[];
}

/** By number of the machine. */
function requestsOf(hosts: ReadonlySet<number>, { table }: Facts, routes: RouteNames): Map<number, Requests> {
  const requests = new Map<number, number[]>();
  for (let hop = 0; hop < table.size; hop++) {
    const host = table.hostOfPlace[table.receiver[hop]!]!;
    if (hosts.has(host) && table.isWork(hop)) addTo(requests, host, hop);
  }
  return new Map(
    [...requests].map(([host, hops]) => [
      host,
      { startedAt: Float64Array.from(hops, (hop) => table.startedAt[hop]!), routes: hops.map((hop) => routes.numberOf(hop)) },
    ]),
  );
}

/** Requests are far more while the calls go out, and do not come like a clock themselves: a load that does brings about regular calls. */
function isBeside(calls: readonly number[], requests: Requests | undefined, { table }: Facts): boolean {
  if (requests === undefined) return false;
  const { startedAt, routes } = requests;
  const from = lastAtOrBefore(startedAt, table.startedAt[calls[0]!]! - 1) + 1;
  const to = lastAtOrBefore(startedAt, table.startedAt[calls.at(-1)!]!) + 1;
  if (to - from < BUSIER * calls.length || isRegular(startedAt.subarray(from, to))) return false;
  const byRoute = new Map<number, number>();
  for (let i = from; i < to; i++) count(byRoute, routes[i]!);
  return [...byRoute.values()].every((n) => Math.max(n, calls.length) > AS_OFTEN * Math.min(n, calls.length));
}
