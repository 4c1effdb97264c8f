// Causes that no single exchange shows: what separates the affected exchanges of an edge from the rest tells a late start from a route that was left out.

import type { Workload } from "../naming/workload.ts";
import { count } from "../wire/count.ts";
import { sum } from "../wire/sum.ts";
import { type FeatureCounts, sumOf } from "./features.ts";
import { Histogram } from "./histogram.ts";
import { type Control, controlOf } from "./hop-features.ts";
import type { Aftermath, PossibleCause } from "./judgement.ts";
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
    control,
  );
  const rest = sampleOf(
    edges.map(({ from, to, controls }) => ({ from, to, features: controls[control] })),
    control,
  );
  return separation(affected, rest);
}

/** The features of several edges, with who sent and received as two more. */
function sampleOf(parts: readonly Part[], control: Control): Sample {
  const by = (who: "from" | "to") => {
    const counts = new Map<string, number>();
    for (const part of parts) if (part.features.total > 0) count(counts, part[who].name, part.features.total);
    return counts as NamedCounts;
  };
  const { total, named, headLengths, times } = sumOf(parts.map(({ features }) => features));
  const counts = { total, named, headLengths, times, sender: by("from"), receiver: by("to") };
  // Of what a sender did wrong, how the field is spelt and how long the head is are no causes but effects, and who answered is neither.
  return control === "carried"
    ? { ...counts, named: { ...named, spelling: new Map(), pod: new Map() }, headLengths: new Histogram() }
    : counts;
}

interface Part {
  readonly from: Workload;
  readonly to: Workload;
  readonly features: FeatureCounts;
}

/** Causes that say how a call was made, which says nothing of when. */
const OPEN_TO_TIME: readonly Cause[] = ["unknown", "client-does-not-inject", "transport-does-not-inject", "middleware-order"];

/** `cause`: what the exchanges one by one show. Undefined where all of them together show no more. */
export function causeOfPopulation(cause: Cause, compared: Compared, separated: Separation | undefined): Told | undefined {
  const { verdict, faults } = compared;
  if (cause === "unknown" && separated?.feature === "pod" && separated.isClean) return { cause: "one-backend-of-many", otherCauses: [] };
  const isOfProxy = faults.some(({ culprit }) => culprit?.role === "proxy");
  if (isOfProxy || !OPEN_TO_TIME.includes(cause)) return undefined;
  if (verdict === "unrecorded") return cause === "unknown" ? unrecorded(compared, separated) : undefined;
  if (verdict !== "stripped" && verdict !== "split" && verdict !== "ignored") return undefined;
  if (!isByRoute(separated) && isOnlyEarly(compared)) return { cause: "started-before-instrumentation", otherCauses: [] };
  if (verdict === "stripped" && separated?.feature === "cause" && separated.isClean && isLikeliest("middleware-missing", faults))
    return { cause: "middleware-missing", otherCauses: [] };
  if (verdict === "ignored" && cause === "unknown" && isByRoute(separated))
    return { cause: "middleware-order", otherCauses: [{ cause: "restarts-trace", because: "these routes are told to begin anew" }] };
  return undefined;
}

/** All that exchange by exchange shows leaves this cause as the first that is possible. */
function isLikeliest(cause: Cause, faults: readonly FaultTally[]): boolean {
  return faults.every(({ causes }) => [...causes.values()].every(({ fault }) => fault.possible[0]?.cause === cause));
}

function unrecorded(compared: Compared, separated: Separation | undefined): Told | undefined {
  const counts = aftermathsOf(compared.faults);
  const known = sum(counts.values());
  // Its calls name spans that it made: those were lost later.
  if ((counts.get("span made") ?? 0) * FEW > known) return undefined;
  if (isByRoute(separated)) {
    const isSplit = (counts.get("new trace") ?? 0) * 2 >= known && known > 0;
    return isSplit
      ? {
          cause: "middleware-order",
          otherCauses: [{ cause: "middleware-missing", because: "these routes have no tracing middleware at all" }],
        }
      : { cause: "middleware-missing", otherCauses: [] };
  }
  return isOnlyEarly(compared) ? { cause: "started-before-instrumentation", otherCauses: [] } : undefined;
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
  const control = controlOf(verdict);
  if (control === undefined) return false;
  const culprits = new Set(faults.map(({ culprit }) => culprit));
  const side = faults.every((fault) => fault.culprit === fault.from) ? "from" : "to";
  const edges = [...tally.edges.values()].filter((edge) => culprits.has(edge[side]));
  // Of an edge without a fault no features are counted.
  const isUncounted = (edge: EdgeTally) =>
    edge.controls[control].total === 0 && (control === "carried" ? edge.continued : edge.recorded) > 0;
  if (edges.length <= compared.edges.length || edges.some(isUncounted)) return false;
  const all = [...tally.faults.values()].filter(
    (fault) => fault.verdict === verdict && fault.culprit === fault[side] && culprits.has(fault.culprit),
  );
  return isOnlyEarlyHere({ verdict, faults: all, edges, tally });
}

/**
 * Only exchanges before some moment are affected, and none after it. Each replica has its own moment: every culprit with enough of them must show it,
 * one at least.
 */
function isOnlyEarlyHere({ verdict, faults, edges }: Compared): boolean {
  const control = controlOf(verdict);
  if (control === undefined) return false;
  const counted = faults.filter(({ like, isWeak, culprit }) => like.severity !== "note" && !isWeak && culprit !== undefined);
  const culprits = new Set(counted.map(({ culprit }) => culprit));
  let shown = 0;
  for (const culprit of culprits) {
    const own = counted.filter((fault) => fault.culprit === culprit);
    const isSender = own.some((fault) => fault.from === culprit);
    const affected = sumOf(own.map(({ features }) => features));
    const rest = sumOf(edges.filter((edge) => (isSender ? edge.from : edge.to) === culprit).map(({ controls }) => controls[control]));
    const isEarly = separations(affected, rest).some(
      ({ feature, bound, isClean }) => feature === "time" && bound?.side === "below" && isClean,
    );
    if (isEarly) shown++;
    else if (affected.total > 1) return false;
  }
  return shown > 0;
}
