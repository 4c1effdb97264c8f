// Calls that carry no context by right, though requests are open while they go out: those of a timer, which goes off however busy its process is, and those
// of database clients, whose instrumentation makes spans and sends nothing.

import { INFERRED } from "../hops/hop.ts";
import { NO_PARENT } from "../hops/hop-table.ts";
import { isDatabaseSpan } from "../spans/http-span.ts";
import { addTo, groupBy } from "../wire/group-by.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import { PROVEN_PARENT } from "./expectation.ts";
import { RouteNames } from "./route.ts";
import type { View } from "./view.ts";

/** Fewer calls may be regular by chance. */
const MIN_TICKS = 8;
/** Gaps between the ticks of a timer: nearly all are within this part of the usual one, or so many µs. */
const REGULAR = 0.03;
const REGULAR_US = 15 * MILLISECOND;
const NEARLY_ALL = 0.9;
/** A load that is as regular brings about regular calls: a timer is told where requests are so many times as many, and no route of theirs comes as often. */
const BUSIER = 3;
const AS_OFTEN = 1.25;

/** Indices of hops. */
export function unpromptedCalls(view: View): ReadonlySet<number> {
  return new Set([...databaseCalls(view), ...timerCalls(view)]);
}

/** Calls with a CLIENT span of a database, and those without a span between workloads all of whose calls have such a one. */
function databaseCalls({ table, diff, naming }: View): number[] {
  const edgeOf = (hop: number) => `${naming.senderOf(hop).index} ${naming.receiverOf(hop).index}`;
  const edges = new Map<string, boolean>();
  for (const [hop, { client }] of diff.matches) {
    if (client === undefined) continue;
    edges.set(edgeOf(hop), isDatabaseSpan(client) && (edges.get(edgeOf(hop)) ?? true));
  }
  if (![...edges.values()].includes(true)) return [];
  const calls: number[] = [];
  for (let hop = 0; hop < table.size; hop++) if (table.isWork(hop) && edges.get(edgeOf(hop)) === true) calls.push(hop);
  return calls;
}

/** Calls without a proven cause and without a context of their own that one workload makes of one route of another like a clock. */
function timerCalls(view: View): number[] {
  const { table, naming } = view;
  const { row, exchanges, parent } = table;
  const open: number[] = [];
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop) || exchanges.readings.hasFields(row[hop]!) || naming.senderOf(hop).port === undefined) continue;
    const isProven = parent[hop] !== NO_PARENT && table.parentConfidence(hop) >= PROVEN_PARENT && !INFERRED.has(table.because(hop));
    if (!isProven) open.push(hop);
  }
  if (open.length < MIN_TICKS) return [];
  const routes = new RouteNames(view);
  const groups = groupBy(open, (hop) => `${naming.senderOf(hop).index} ${naming.receiverOf(hop).group} ${routes.of(hop)}`);
  const regular = [...groups.values()].filter((calls) => isRegular(calls.map((hop) => table.startedAt[hop]!)));
  if (regular.length === 0) return [];
  const requests = requestsOf(new Set(regular.map(([first]) => table.clientHost[first!]!)), view);
  return regular.filter((calls) => isBeside(calls, requests.get(table.clientHost[calls[0]!]!) ?? [], view, routes)).flat();
}

/** `starts`: in order. */
function isRegular(starts: readonly number[]): boolean {
  if (starts.length < MIN_TICKS) return false;
  const gaps = starts.slice(1).map((start, i) => start - starts[i]!);
  const usual = median(gaps);
  const near = Math.max(REGULAR * usual, Math.min(REGULAR_US, usual / 4));
  return gaps.filter((gap) => Math.abs(gap - usual) <= near).length >= NEARLY_ALL * gaps.length;
}

/** What these machines receive, by number of the machine. */
function requestsOf(hosts: ReadonlySet<number>, { table }: View): Map<number, number[]> {
  const requests = new Map<number, number[]>();
  for (let hop = 0; hop < table.size; hop++) {
    const host = table.hostOfPlace[table.receiver[hop]!]!;
    if (hosts.has(host) && table.isWork(hop)) addTo(requests, host, hop);
  }
  return requests;
}

/** Requests are far more while the calls go out, and none of their routes is asked for about as often. */
function isBeside(calls: readonly number[], requests: readonly number[], { table }: View, routes: RouteNames): boolean {
  const [from, to] = [table.startedAt[calls[0]!]!, table.startedAt[calls.at(-1)!]!];
  const meanwhile = requests.filter((hop) => table.startedAt[hop]! >= from && table.startedAt[hop]! <= to);
  if (meanwhile.length < BUSIER * calls.length) return false;
  return [...groupBy(meanwhile, (hop) => routes.numberOf(hop)).values()].every(
    ({ length }) => Math.max(length, calls.length) > AS_OFTEN * Math.min(length, calls.length),
  );
}
