// Calls that a request brings about and does not wait for: a goroutine or a task that goes on behind the answer. Nothing is open when they go out, as
// when a job or a poll does; but they lie behind requests, or behind other calls of requests, each call behind one, far more often than calls of their
// pattern would by chance.

import { type Hop, INFERRED } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { lastAtOrBefore, SHIFTS } from "../pairing/shifts.ts";
import { groupBy } from "../wire/group-by.ts";
import { median } from "../wire/median.ts";
import { sum } from "../wire/sum.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import { isUnsampled } from "./expectation.ts";
import { queuedCalls } from "./queued-calls.ts";
import { RouteNames } from "./route.ts";
import { type Facts, originOf, spansOf } from "./view.ts";

/** Such a call goes out between two of these after its request began, or was answered, or after another call of it was. The narrower, the fewer requests come into question. */
const LAGS_US = [0, 1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 150, 200, 300, 500].map((ms) => ms * MILLISECOND);
/** Fewer calls are chance. */
const MIN_CALLS = 10;
/** The same where numbers and order speak as well. */
const MIN_QUEUED = 6;
/** Part of them that goes out while nothing is served: the others have causes that were open. */
const MIN_ALONE = 0.1;
/**
 * So many more marks lie in the windows of the calls than of the same calls moved along the time axis, for each call. One would be each call that has a
 * request of its own; clients that wait for answers before they ask again make it less.
 */
const EACH = 0.6;
/** The same in standard deviations of what chance would do. */
const SIGMAS = 6;
/** Where marks and calls are equally many but for this part, each call has its own already: less has to come of the windows. */
const MAX_UNEVEN = 0.03;
const EACH_WHERE_EVEN = 0.4;
const SIGMAS_WHERE_EVEN = 4;
/** Of windows that explain nearly as many calls as any, the narrowest names the fewest requests. */
const NEARLY_ALL = 0.9;
/** Gaps between the calls of a timer differ by no more than this part of the median, in the median. */
const TIMER = 0.25;
/** Of requests, and of calls; there are seldom more, and each is tried. */
const MAX_ROUTES_TRIED = 32;
/** Of the requests within reach the newest are named. */
const MAX_REQUESTS = 8;

/** By hop index: the requests that it may have followed, the newest first; none where it is like those that follow one, and no request shows. */
export function followedCalls(facts: Facts): ReadonlyMap<number, readonly number[]> {
  const followed = new Map<number, readonly number[]>();
  if (!facts.backend.isWindowSearched || facts.diff.index.spans.length === 0) return followed;
  const routes = new RouteNames(facts);
  const groups = groupsOf(facts, routes);
  const activities = groups.length === 0 ? new Map<Workload, Activity>() : activitiesOf(facts);
  for (const calls of groups) {
    const isQueue = calls.length < MIN_CALLS || isMostlyAmid(calls);
    const activity = activities.get(facts.naming.senderOf(calls[0]!.index));
    const queued = isQueue ? queuedBehind(calls, activity, facts, routes) : undefined;
    for (const [call, request] of queued ?? []) followed.set(call, [request]);
    if (isQueue) continue;
    const marks = marksOf(calls[0]!, activity, routes);
    const windows = marks.flatMap((each) => windowsOf(calls, each));
    const most = windows.reduce((max, { more }) => Math.max(max, more), 0);
    const [narrowest] = windows.filter(({ more }) => more >= NEARLY_ALL * most).sort((a, b) => a.byChance - b.byChance);
    if (narrowest === undefined) continue;
    for (const { index, startedAt, candidates } of calls) {
      const within = narrowest.marks.between(startedAt - narrowest.to, startedAt - narrowest.from);
      // One that lies behind nothing is of the kind all the same: its request was slower, or is not in the capture.
      if (within.length > 0 || candidates.length === 0) followed.set(index, within);
    }
  }
  return followed;
}

/** Calls of one sender to one route of one group without a known cause. */
function groupsOf(facts: Facts, routes: RouteNames): Hop[][] {
  const { naming, table } = facts;
  const without = table
    .all()
    .filter(
      (hop) => hop.purpose === "work" && isWithoutCause(hop, facts) && naming.senderOf(hop.index).port !== undefined && !hop.isSenderBlind,
    );
  const groups = groupBy(without, ({ index }) => `${naming.senderOf(index).index} ${naming.receiverOf(index).group} ${routes.of(index)}`);
  return [...groups.values()].filter((calls) => calls.length >= MIN_QUEUED && !isTimer(calls));
}

/** Nearly all go out while something is served: that they lie behind requests shows in nothing but their numbers and their order. */
function isMostlyAmid(calls: readonly Hop[]): boolean {
  return calls.filter(({ candidates }) => candidates.length === 0).length < MIN_ALONE * calls.length;
}

/** Requests of one route that brought about no other call of the kind. */
function queuedBehind(
  calls: readonly Hop[],
  activity: Activity | undefined,
  { naming }: Facts,
  routes: RouteNames,
): ReadonlyMap<number, number> | undefined {
  if (activity === undefined) return undefined;
  const [own, to] = [routes.of(calls[0]!.index), naming.receiverOf(calls[0]!.index).group];
  const served = new Set(
    activity.calls.flatMap(({ index, parent }) =>
      parent !== undefined && routes.of(index) === own && naming.receiverOf(index).group === to ? [parent.hop] : [],
    ),
  );
  const [, ...byRoute] = byRouteAndTogether(activity.requests, routes);
  for (const requests of byRoute.length > 0 ? byRoute : [activity.requests]) {
    const queued = queuedCalls(
      calls,
      requests.filter(({ index }) => !served.has(index)),
    );
    if (queued !== undefined) return queued;
  }
  return undefined;
}

/** A timer keeps its distance from requests that another timer sends: moving it along the time axis tells nothing. */
function isTimer(calls: readonly Hop[]): boolean {
  const gaps = calls.slice(1).map(({ startedAt }, i) => startedAt - calls[i]!.startedAt);
  const usual = median(gaps);
  return median(gaps.map((gap) => Math.abs(gap - usual))) <= TIMER * usual;
}

/** Its CLIENT span is a root, or it has no span at all and carries no context, or one that is not sampled, of a trace that came from nowhere. */
function isWithoutCause(hop: Hop, facts: Facts): boolean {
  if (hop.parent !== undefined && hop.candidates.length === 0) return false;
  const origin = originOf(facts, hop);
  if (origin.kind === "root") return origin.span.kind === "client" && origin.span.links.length === 0;
  const isBare = hop.reading.fields.length === 0 || isUnsampled(hop);
  return isBare && hop.observed === "full" && spansOf(facts, hop.index).client === undefined;
}

/** What a workload received, and the calls that it made with a proven cause: a sidecar's are another's, though it is on the same machine. */
interface Activity {
  readonly requests: Hop[];
  readonly calls: Hop[];
}

function activitiesOf({ table, naming }: Facts): Map<Workload, Activity> {
  const activities = new Map<Workload, Activity>();
  const activityOf = (workload: Workload): Activity => {
    const known = activities.get(workload) ?? { requests: [], calls: [] };
    activities.set(workload, known);
    return known;
  };
  for (const hop of table.all()) {
    if (hop.purpose !== "work") continue;
    activityOf(naming.receiverOf(hop.index)).requests.push(hop);
    if (hop.parent !== undefined && !INFERRED.has(hop.parent.because)) activityOf(naming.senderOf(hop.index)).calls.push(hop);
  }
  return activities;
}

/** What may bring such a call about: requests to its sender, by their beginnings and by their ends, and the ends of other calls that they caused. */
function marksOf(call: Hop, activity: Activity | undefined, routes: RouteNames): Marks[] {
  const own = routes.of(call.index);
  const requests = byRouteAndTogether(activity?.requests ?? [], routes);
  const calls = byRouteAndTogether(
    (activity?.calls ?? []).filter(({ index }) => routes.of(index) !== own),
    routes,
  );
  const endOf = ({ startedAt, endedAt }: Hop) => endedAt ?? startedAt;
  return [
    ...requests.flatMap((hops) => [
      new Marks(hops.map((hop) => ({ at: hop.startedAt, request: hop.index }))),
      new Marks(hops.map((hop) => ({ at: endOf(hop), request: hop.index }))),
    ]),
    ...calls.map((hops) => new Marks(hops.map((hop) => ({ at: endOf(hop), request: hop.parent!.hop })))),
  ];
}

/** By route, and all together: what follows one kind hides among the others. */
function byRouteAndTogether(all: readonly Hop[], routes: RouteNames): (readonly Hop[])[] {
  const byRoute = new Map<string, Hop[]>();
  for (const hop of all) {
    const route = routes.of(hop.index);
    const known = byRoute.get(route);
    if (known !== undefined) known.push(hop);
    else if (byRoute.size < MAX_ROUTES_TRIED) byRoute.set(route, [hop]);
  }
  return byRoute.size <= 1 ? [all] : [all, ...byRoute.values()];
}

/** Moments, in order, each of a request. */
class Marks {
  readonly at: Float64Array;
  readonly #requests: readonly number[];

  constructor(marks: readonly { readonly at: number; readonly request: number }[]) {
    const inOrder = [...marks].sort((a, b) => a.at - b.at);
    this.at = Float64Array.from(inOrder, ({ at }) => at);
    this.#requests = inOrder.map(({ request }) => request);
  }

  /** The requests of the newest of those after `from` and up to `to`, newest first. */
  between(from: number, to: number): readonly number[] {
    const last = lastAtOrBefore(this.at, to);
    const first = Math.max(lastAtOrBefore(this.at, from) + 1, last - MAX_REQUESTS + 1);
    return [...new Set(this.#requests.slice(first, last + 1).reverse())];
  }
}

interface Window {
  readonly marks: Marks;
  /** How long before the call, µs. */
  readonly from: number;
  readonly to: number;
  /** Marks in the windows of calls that are moved along the time axis. */
  readonly byChance: number;
  /** Marks in the windows of the calls as they are, beyond those. */
  readonly more: number;
}

/** Windows before the calls that hold a mark for each call besides those that chance puts there; none where the calls go out by themselves. */
function windowsOf(calls: readonly Hop[], marks: Marks): Window[] {
  const { at } = marks;
  if (at.length < MIN_CALLS) return [];
  const moments = Float64Array.from(calls, ({ startedAt }) => startedAt);
  const from = Math.min(at[0]!, moments[0]!);
  const span = Math.max(at[at.length - 1]!, moments[moments.length - 1]!) - from + 1;
  /** By lag: marks up to that long before the calls, all of which are moved by a part of the time. */
  const counts = [0, ...SHIFTS].map((shift) => {
    const moved = moments.map((moment) => from + ((moment - from + shift * span) % span)).sort();
    return LAGS_US.map((lag) => sumOfPlaces(at, moved, lag));
  });
  const isEven = Math.abs(at.length - moments.length) <= MAX_UNEVEN * moments.length;
  const least = (isEven ? EACH_WHERE_EVEN : EACH) * moments.length;
  const sigmas = isEven ? SIGMAS_WHERE_EVEN : SIGMAS;
  const windows: Window[] = [];
  for (let near = 0; near < LAGS_US.length; near++) {
    for (let far = near + 1; far < LAGS_US.length; far++) {
      const [own = 0, ...chance] = counts.map((byLag) => byLag[near]! - byLag[far]!);
      const mean = sum(chance) / chance.length;
      const variance = sum(chance.map((n) => (n - mean) ** 2)) / chance.length;
      const more = own - mean;
      if (more >= least && more >= sigmas * Math.sqrt(Math.max(variance, mean)))
        windows.push({ marks, from: LAGS_US[near]!, to: LAGS_US[far]!, byChance: mean, more });
    }
  }
  return windows;
}

/** The place in `marks` of the last mark `lag` or longer before each of the moments, added up. Both are in order. */
function sumOfPlaces(marks: Float64Array, moments: Float64Array, lag: number): number {
  let place = -1;
  let total = 0;
  for (const moment of moments) {
    while (place + 1 < marks.length && marks[place + 1]! <= moment - lag) place++;
    total += place;
  }
  return total;
}
