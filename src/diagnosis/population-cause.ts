// Causes that no single exchange shows: what separates the affected exchanges of an edge from the rest tells a late start from a route that was left out.

import type { Workload } from "../naming/workload.ts";
import { count } from "../wire/count.ts";
import { groupBy } from "../wire/group-by.ts";
import { sum } from "../wire/sum.ts";
import { type FeatureCounts, type Quantity, quantities, sumOf } from "./features.ts";
import { Histogram } from "./histogram.ts";
import { controlOf } from "./hop-features.ts";
import { isOfLibrary, MIDDLEWARE_TOO_LATE } from "./ignored-cause.ts";
import type { Aftermath, Fault, PossibleCause } from "./judgement.ts";
import { type NamedCounts, type Sample, type Separation, separation, separations } from "./separation.ts";
import type { EdgeTally, FaultTally, Tally } from "./tally.ts";
import type { Cause, Verdict } from "./verdict.ts";

export interface Told {
  readonly cause: Cause;
  /** What else would look the same; empty where nothing would. */
  readonly otherCauses: readonly PossibleCause[];
}

/** Faults of one verdict with the edges that they are compared within. */
export interface Compared {
  readonly verdict: Verdict;
  readonly faults: readonly FaultTally[];
  readonly edges: readonly EdgeTally[];
  readonly tally: Tally;
}

export function separationOf({ verdict, faults, edges }: Compared): Separation | undefined {
  const control = controlOf(verdict);
  const counted = faults.filter(({ like, isWeak }) => like.severity !== "note" && !isWeak);
  if (control === undefined || counted.length === 0) return undefined;
  const affected = sampleOf(
    counted.map(({ from, to, features }) => ({ from, to, features })),
    verdict,
  );
  const rest = sampleOf(
    edges.map(({ from, to, controls }) => ({ from, to, features: controls[control] })),
    verdict,
  );
  return separation(affected, rest);
}

/** The features of several edges, with who sent and received as two more. */
function sampleOf(parts: readonly Part[], verdict: Verdict): Sample {
  const by = (who: "from" | "to") => {
    const counts = new Map<string, number>();
    for (const part of parts) if (part.features.total > 0) count(counts, part[who].name, part.features.total);
    return counts as NamedCounts;
  };
  const all = sumOf(parts.map(({ features }) => features));
  const { total, named } = all;
  const ordered = Object.fromEntries(quantities.map((quantity) => [quantity, all[quantity]])) as Record<Quantity, Histogram>;
  const counts = { total, named, ...ordered, sender: by("from"), receiver: by("to") };
  const none = new Histogram();
  const control = controlOf(verdict);
  if (control === "carried") {
    // Of what a sender did wrong, how the field is spelt and how long the head is are no causes but effects, and who answered is neither.
    const sent = { ...counts, named: { ...named, spelling: new Map(), pod: new Map() }, headLengths: none };
    // What has no list to be cut has a shorter head.
    return verdict === "truncated" ? { ...sent, causeHeadLengths: none } : sent;
  }
  // What a receiver did, it did to the request that it got. One without the field is not judged by whether it was recorded: how it is spelt would only tell
  // those apart.
  const received = { ...counts, causeHeadLengths: none, causeBodyLengths: none };
  return control === "recorded" ? { ...received, named: { ...named, spelling: new Map() } } : received;
}

interface Part {
  readonly from: Workload;
  readonly to: Workload;
  readonly features: FeatureCounts;
}

/** Causes that say how a call was made, which says nothing of when. */
const OPEN_TO_TIME: readonly Cause[] = ["unknown", "client-does-not-inject", "middleware-order"];

/** `cause`: what the exchanges one by one show. Undefined where all of them together show no more. */
export function causeOfPopulation(cause: Cause, compared: Compared, separated: Separation | undefined): Told | undefined {
  const { verdict, faults, edges } = compared;
  if (cause === "unknown" && separated?.feature === "pod" && separated.isClean) return { cause: "one-backend-of-many", otherCauses: [] };
  const isOfProxy = faults.some(({ culprit }) => culprit?.role === "proxy");
  if (isOfProxy || !OPEN_TO_TIME.includes(cause)) return undefined;
  if (verdict === "unrecorded") return cause === "unknown" ? unrecorded(compared, separated) : undefined;
  if (verdict !== "stripped" && verdict !== "split" && verdict !== "ignored") return undefined;
  if (!isByRoute(separated) && isOnlyEarly(compared)) return { cause: "started-before-instrumentation", otherCauses: [] };
  if (verdict === "stripped" && separated?.feature === "cause" && separated.isClean && isLikeliest("middleware-missing", faults))
    return { cause: "middleware-missing", otherCauses: [] };
  if (verdict === "split" && cause === "middleware-order" && hasNoMiddleware(compared))
    return { cause: "middleware-missing", otherCauses: [] };
  if (verdict === "split" && cause === "unknown" && !isByRoute(separated) && edges.some(({ continued }) => continued > 0))
    return { cause: "goroutine-without-context", otherCauses: [ANEW_NOW_AND_THEN] };
  if (verdict === "ignored" && cause === "unknown" && isByRoute(separated)) return isReadByHand(faults) ? BY_HAND : BEGUN_ANEW;
  return undefined;
}

const ANEW_NOW_AND_THEN: PossibleCause = { cause: "restarts-trace", because: "some of these calls are told to begin anew" };
const TOLD_TO: PossibleCause = { cause: "restarts-trace", because: "these routes are told to begin anew" };
const BEGUN_ANEW: Told = { cause: "middleware-order", otherCauses: [TOLD_TO] };
const BY_HAND: Told = {
  cause: "header-case",
  otherCauses: [MIDDLEWARE_TOO_LATE, TOLD_TO],
};

/**
 * Its spans are of no library's making, and no field that these routes got was spelt in lower case, as one looks it up who forgets that case is free. Go's
 * server spells fields its own way, whatever came: there no spelling is the right one.
 */
function isReadByHand(faults: readonly FaultTally[]): boolean {
  return faults.every(({ like, features }) => {
    const [server] = like.spans;
    const spellings = [...features.named.spelling.keys()];
    if (server === undefined || isOfLibrary(server) || spellings.includes("")) return false;
    return server.resource.language === "go" || spellings.every((name) => name !== name.toLowerCase());
  });
}

/** What exchange by exchange shows leaves this cause as the first that is possible; one in so many may have another parent than seemed. */
function isLikeliest(cause: Cause, faults: readonly FaultTally[]): boolean {
  return isShown(faults, ({ possible }) => possible[0]?.cause === cause);
}

/** And it leaves no other. */
function isOnlyPossible(cause: Cause, faults: readonly FaultTally[]): boolean {
  return isShown(faults, ({ possible }) => possible.length === 1 && possible[0]?.cause === cause);
}

function isShown(faults: readonly FaultTally[], isSo: (fault: Fault) => boolean): boolean {
  const shown = faults.flatMap(({ causes }) => [...causes.values()]);
  const times = (all: typeof shown) => sum(all.map(({ count }) => count));
  return times(shown.filter(({ fault }) => !isSo(fault))) * FEW <= times(shown);
}

function unrecorded(compared: Compared, separated: Separation | undefined): Told | undefined {
  if (isShown(compared.faults, ({ exportedAt }) => exportedAt !== undefined)) return undefined;
  const counts = aftermathsOf(compared.faults);
  const known = sum(counts.values());
  // Its calls name spans that it made: those were lost later, or never ended where what lies below them has arrived.
  if ((counts.get("span made") ?? 0) * FEW > known) return isNeverEnded(compared.faults) ? NEVER_ENDED : undefined;
  const isSplit = known > 0 ? (counts.get("new trace") ?? 0) * 2 >= known : beginsTraces(compared);
  if (isByRoute(separated)) return routesLeftOut(isSplit);
  if (isOnlyEarly(compared)) return { cause: "started-before-instrumentation", otherCauses: [] };
  if (!isOnlyPossible("middleware-missing", compared.faults)) return undefined;
  return routesLeftOut(isSplit && !hasNoMiddleware(compared));
}

/** Without what all exchanges together refute: a late start that would show in them, and routes left out of which spans are there. */
export function stillPossible(others: readonly PossibleCause[], compared: Compared): readonly PossibleCause[] {
  const { verdict, faults, edges } = compared;
  if (verdict !== "unrecorded" || sum(faults.map(({ affected }) => affected)) < MIN_REFUTING) return others;
  const recorded = new Set(edges.flatMap(({ controls }) => [...controls.recorded.named.route.keys()]));
  const isOfRoutes = faults.some(({ routes }) => [...routes.keys()].some((route) => !recorded.has(route)));
  return others.filter(({ cause }) =>
    cause === "middleware-missing" ? isOfRoutes : cause !== "started-before-instrumentation" || isOnlyEarly(compared),
  );
}

/** Fewer exchanges may all be early, or on one route, by chance. */
const MIN_REFUTING = 5;

/** A queue that overflows drops spans of calls as often as those of requests: fewer may be chance. */
const MIN_NEVER_ENDED = 10;
const NEVER_ENDED: Told = { cause: "span-not-ended", otherCauses: [] };

function isNeverEnded(faults: readonly FaultTally[]): boolean {
  return sum(faults.map(({ affected }) => affected)) >= MIN_NEVER_ENDED && isLikeliest("span-not-ended", faults);
}

/** Whether calls of theirs go on in new traces, though nothing tells which request each is of. */
function beginsTraces({ faults, tally }: Compared): boolean {
  const culprits = new Set(faults.map(({ culprit }) => culprit));
  return [...tally.faults.values()].some(({ verdict, culprit, from }) => verdict === "split" && culprit === from && culprits.has(culprit));
}

/** What its handlers call goes on in new traces where they run outside of the middleware; handlers that call nothing look alike. */
function routesLeftOut(isSplit: boolean): Told {
  if (!isSplit) return { cause: "middleware-missing", otherCauses: [] };
  return {
    cause: "middleware-order",
    otherCauses: [{ cause: "middleware-missing", because: "these routes have no tracing middleware at all" }],
  };
}

/** Several routes of theirs are affected, and the backend has no SERVER span of any: no order of registering leaves all of them out. */
function hasNoMiddleware({ faults, tally }: Compared): boolean {
  return [...new Set(faults.map(({ culprit }) => culprit))].every((culprit) => {
    if (culprit === undefined || culprit.hasServerSpans) return false;
    const lost = tally.faultIndex.at("to", culprit).filter((fault) => fault.verdict === "unrecorded" && fault.culprit === culprit);
    return new Set(lost.flatMap(({ routes }) => [...routes.keys()])).size > 1;
  });
}

/** One in so many may be a mistaken parent. */
const FEW = 10;

function aftermathsOf(faults: readonly FaultTally[]): Map<Aftermath, number> {
  const all = new Map<Aftermath, number>();
  for (const { aftermaths } of faults) for (const [what, n] of aftermaths) count(all, what, n);
  return all;
}

function isByRoute(separated: Separation | undefined): boolean {
  return separated?.isClean === true && ["route", "method", "cause"].includes(separated.feature);
}

/** On these edges, or on all edges of their culprits where each alone has too few exchanges. */
function isOnlyEarly(compared: Compared): boolean {
  if (isOnlyEarlyHere(compared)) return true;
  const { verdict, faults, tally } = compared;
  const culprits = [...new Set(faults.map(({ culprit }) => culprit))].filter((culprit) => culprit !== undefined);
  const side = faults.every((fault) => fault.culprit === fault.from) ? "from" : "to";
  const edges = sum(culprits.map((culprit) => tally.edgeIndex.at(side, culprit).length));
  return edges > compared.edges.length && isEarlyOverall(verdict, culprits, side, tally);
}

/** By verdict, side and culprits: each edge of a culprit asks the same. */
const earlyOverall = new WeakMap<Tally, Map<string, boolean>>();

function isEarlyOverall(verdict: Verdict, culprits: readonly Workload[], side: "from" | "to", tally: Tally): boolean {
  const control = controlOf(verdict);
  if (control === undefined) return false;
  const known = earlyOverall.get(tally) ?? new Map<string, boolean>();
  earlyOverall.set(tally, known);
  const key = `${verdict} ${side} ${culprits.map(({ index }) => index).join(" ")}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const edges = culprits.flatMap((culprit) => tally.edgeIndex.at(side, culprit));
  const faults = culprits.flatMap((culprit) =>
    tally.faultIndex.at(side, culprit).filter((fault) => fault.verdict === verdict && fault.culprit === culprit),
  );
  // Of an edge without a fault no features are counted.
  const isUncounted = (edge: EdgeTally) =>
    edge.controls[control].total === 0 && (control === "carried" ? edge.continued : edge.recorded) > 0;
  const isEarly = !edges.some(isUncounted) && isOnlyEarlyHere({ verdict, faults, edges, tally });
  known.set(key, isEarly);
  return isEarly;
}

/**
 * Only exchanges before some moment are affected, and none after it. Each replica has its own moment: every culprit with enough of them must show it,
 * one at least.
 */
function isOnlyEarlyHere({ verdict, faults, edges }: Compared): boolean {
  const control = controlOf(verdict);
  if (control === undefined) return false;
  const counted = faults.filter(({ like, isWeak, culprit }) => like.severity !== "note" && !isWeak && culprit !== undefined);
  const sent = groupBy(edges, ({ from }) => from);
  const received = groupBy(edges, ({ to }) => to);
  let shown = 0;
  for (const [culprit, own] of groupBy(counted, (fault) => fault.culprit!)) {
    const isSender = own.some((fault) => fault.from === culprit);
    const affected = sumOf(own.map(({ features }) => features));
    const near = (isSender ? sent : received).get(culprit) ?? [];
    const rest = sumOf(near.map(({ controls }) => controls[control]));
    const isEarly = separations(affected, rest).some(
      ({ feature, bound, isClean }) => feature === "time" && bound?.side === "below" && isClean,
    );
    if (isEarly) shown++;
    else if (affected.total > 1) return false;
  }
  return shown > 0;
}
