// What separates the affected exchanges from the rest: the feature that holds for (nearly) all of the affected and (nearly) none of the others, where
// chance alone would hardly have made it so.

import { count } from "../wire/count.ts";
import { sum } from "../wire/sum.ts";
import { type FeatureCounts, namedFeatures, type Quantity } from "./features.ts";
import type { Histogram } from "./histogram.ts";

export type SeparatingFeature =
  | (typeof namedFeatures)[number]
  | "sender"
  | "receiver"
  | "method"
  | "head length"
  | "body length"
  | "head length of the cause"
  | "body length of the cause"
  | "time"
  | "rate";

/** Of a quantity: what is below (or not below) `at`, or from `at` to below `until`, is inside. µs, bytes, exchanges a second. */
export type Bound =
  | { readonly side: "below" | "above"; readonly at: number }
  | { readonly side: "within"; readonly at: number; readonly until: number };

/** Exchanges for which the feature holds ("inside") and those for which it does not. */
export interface Separation {
  readonly feature: SeparatingFeature;
  /** Named values inside; empty of a quantity. */
  readonly values: readonly string[];
  readonly bound: Bound | undefined;
  readonly affected: { readonly inside: number; readonly outside: number };
  readonly rest: { readonly inside: number; readonly outside: number };
  /** Nearly all inside are affected, too; else the feature is needed, and something else as well. */
  readonly isClean: boolean;
  /** How likely labels thrown at random would be separated as well as this by some feature of the kind. */
  readonly chance: number;
}

/** Of the affected, and of what is inside: labels are seldom free of error where many faults overlap. */
const NEARLY_ALL = 0.95;
/** Where a moment separates, exchanges under way at that moment may be on either side. */
const NEARLY_ALL_IN_TIME = 0.9;
/** What is needed but not enough tells something only where a good part of the rest lacks it. */
const MIN_OUTSIDE = 0.25;
const UNLIKELY = 0.05;
/** For claims that nothing makes likely beforehand. */
const VERY_UNLIKELY = 0.001;

/** More named features than those of one edge: by name of the feature. */
export type NamedCounts = ReadonlyMap<string, number>;
export interface Sample extends Pick<FeatureCounts, "total" | "named" | Quantity> {
  readonly sender?: NamedCounts;
  readonly receiver?: NamedCounts;
}

/** The best separation; undefined where nothing separates them. */
export function separation(affected: Sample, rest: Sample): Separation | undefined {
  const all = separations(affected, rest);
  return all.reduce<Separation | undefined>((best, one) => (best === undefined || isBetter(one, best) ? one : best), undefined);
}

/** Every feature that separates, in order of preference. */
export function separations(affected: Sample, rest: Sample): Separation[] {
  if (affected.total === 0 || rest.total === 0) return [];
  const found: (Separation | undefined)[] = [
    byName("sender", affected.sender, rest.sender),
    byName("receiver", affected.receiver, rest.receiver),
    byName("route", affected.named.route, rest.named.route),
    byName("method", methods(affected.named.route), methods(rest.named.route)),
    ...namedFeatures.flatMap((feature) => (feature === "route" ? [] : [byName(feature, affected.named[feature], rest.named[feature])])),
    byQuantity("time", affected.times, rest.times, NEARLY_ALL_IN_TIME),
    byWindow(affected.times, rest.times),
    byQuantity("head length", affected.headLengths, rest.headLengths, NEARLY_ALL),
    byQuantity("body length", affected.bodyLengths, rest.bodyLengths, NEARLY_ALL),
    byQuantity("head length of the cause", affected.causeHeadLengths, rest.causeHeadLengths, NEARLY_ALL),
    byQuantity("body length of the cause", affected.causeBodyLengths, rest.causeBodyLengths, NEARLY_ALL),
    byRate(affected.times, rest.times),
  ];
  return found.filter((one) => one !== undefined);
}

/** Clean ones first, then fewer errors, then fewer words; else the order of preference. */
function isBetter(one: Separation, other: Separation): boolean {
  if (one.isClean !== other.isClean) return one.isClean;
  const errors = (s: Separation) => s.affected.outside + s.rest.inside;
  if (errors(one) !== errors(other)) return errors(one) < errors(other);
  return one.feature === "method" && other.feature === "route" && one.values.length < other.values.length;
}

function byName(feature: SeparatingFeature, affected: NamedCounts | undefined, rest: NamedCounts | undefined): Separation | undefined {
  if (affected === undefined || rest === undefined) return undefined;
  const values = [...new Set([...affected.keys(), ...rest.keys()])].filter((value) => value !== "" || feature === "id");
  const of = (counts: NamedCounts, names: readonly string[]) => sum(names.map((name) => counts.get(name) ?? 0));
  const pure = values.filter((value) => of(affected, [value]) >= NEARLY_ALL * (of(affected, [value]) + of(rest, [value])));
  const [k, n] = [sum(affected.values()), sum(affected.values()) + sum(rest.values())];
  const choose = (inside: readonly string[], isClean: boolean) => {
    const [hits, misses] = [of(affected, inside), of(rest, inside)];
    const chance = Math.exp(logChance(hits, misses, k, n) + logBinomial(values.length, inside.length));
    return judged({ feature, values: inside, bound: undefined, ...table(hits, misses, k, n), isClean, chance }, NEARLY_ALL);
  };
  return (
    choose(pure, true) ??
    choose(
      values.filter((value) => of(affected, [value]) > 0),
      false,
    )
  );
}

/** Buckets of one width, those of either in order, and how many exchanges are affected, of all. */
function aligned(affected: Histogram, rest: Histogram) {
  const width = Math.max(affected.width, rest.width);
  const [hits, misses] = [affected.widened(width).counts, rest.widened(width).counts];
  const points = [...new Set([...hits.keys(), ...misses.keys()])].sort((a, b) => a - b);
  const k = sum(hits.values());
  return { width, hits, misses, points, k, n: k + sum(misses.values()) };
}

function byQuantity(feature: SeparatingFeature, affected: Histogram, rest: Histogram, nearlyAll: number): Separation | undefined {
  const { width, hits, misses, points, k, n } = aligned(affected, rest);
  const cut = bestCut(points, hits, misses);
  if (cut === undefined) return undefined;
  const chance = Math.exp(logChance(cut.hits, cut.misses, k, n)) * 2 * errorsAllowed(cut, k);
  const bound = { side: cut.side, at: cut.at * width } as const;
  return judged({ feature, values: [], bound, ...table(cut.hits, cut.misses, k, n), isClean: true, chance }, nearlyAll);
}

/** A cut without errors can lie in one place only; the more errors, the more places. */
function errorsAllowed({ hits, misses }: Pick<Cut, "hits" | "misses">, k: number): number {
  return k - hits + misses + 1;
}

interface Cut {
  readonly side: "below" | "above";
  readonly at: number;
  readonly hits: number;
  readonly misses: number;
}

/** The cut with the fewest errors, on either side. */
function bestCut(points: readonly number[], hits: ReadonlyMap<number, number>, misses: ReadonlyMap<number, number>): Cut | undefined {
  const [k, others] = [sum(hits.values()), sum(misses.values())];
  let best: Cut | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  let [below, beside] = [0, 0];
  for (const [i, point] of points.entries()) {
    if (i > 0) {
      const under: Cut = { side: "below", at: point, hits: below, misses: beside };
      const over: Cut = { side: "above", at: point, hits: k - below, misses: others - beside };
      for (const cut of [under, over]) {
        const errors = k - cut.hits + cut.misses;
        if (errors < fewest) [best, fewest] = [cut, errors];
      }
    }
    below += hits.get(point) ?? 0;
    beside += misses.get(point) ?? 0;
  }
  return best;
}

/** A while in the middle, before and after which all is right: a bad release that was rolled back. */
function byWindow(affected: Histogram, rest: Histogram): Separation | undefined {
  const { width, hits, misses, points, k, n } = aligned(affected, rest);
  const window = bestWindow(points, hits, misses);
  if (window === undefined) return undefined;
  const chance = Math.exp(logChance(window.hits, window.misses, k, n)) * points.length * errorsAllowed(window, k) ** 2;
  if (chance > VERY_UNLIKELY) return undefined;
  const bound = { side: "within", at: window.from * width, until: (window.to + 1) * width } as const;
  return judged(
    { feature: "time", values: [], bound, ...table(window.hits, window.misses, k, n), isClean: true, chance },
    NEARLY_ALL_IN_TIME,
  );
}

/** The run of points with the fewest errors; undefined where it reaches either end. */
function bestWindow(points: readonly number[], hits: ReadonlyMap<number, number>, misses: ReadonlyMap<number, number>) {
  let best = { from: 0, to: 0, hits: 0, misses: 0 };
  let run = best;
  for (const point of points) {
    const [hit, missed] = [hits.get(point) ?? 0, misses.get(point) ?? 0];
    // Of equal runs the shorter one: what comes before it only adds errors.
    run =
      run.hits <= run.misses
        ? { from: point, to: point, hits: hit, misses: missed }
        : { from: run.from, to: point, hits: run.hits + hit, misses: run.misses + missed };
    if (run.hits - run.misses > best.hits - best.misses) best = run;
  }
  return best.hits === 0 || best.from === points[0] || best.to === points.at(-1) ? undefined : best;
}

/** Exchanges of the edge in a second, around each exchange. */
const RATE_WINDOW_US = 1_000_000;
const MIN_WINDOWS = 8;

/** A fault under load: none below some rate. */
function byRate(affected: Histogram, rest: Histogram): Separation | undefined {
  // The power of two next to a second, so that the widths of both fit.
  const width = Math.max(affected.width, rest.width, 2 ** Math.round(Math.log2(RATE_WINDOW_US)));
  const [hits, misses] = [affected.widened(width).counts, rest.widened(width).counts];
  const windows = new Set([...hits.keys(), ...misses.keys()]);
  if (windows.size < MIN_WINDOWS) return undefined;
  const byLoad = (counts: ReadonlyMap<number, number>) => {
    const loads = new Map<number, number>();
    for (const [window, n] of counts) {
      const load = (hits.get(window) ?? 0) + (misses.get(window) ?? 0);
      count(loads, load, n);
    }
    return loads;
  };
  const [hit, missed] = [byLoad(hits), byLoad(misses)];
  const [k, n] = [sum(hit.values()), sum(hit.values()) + sum(missed.values())];
  const lowest = Math.min(...hit.keys());
  const inside = sum([...missed].map(([load, others]) => (load >= lowest ? others : 0)));
  const chance = Math.exp(logChance(k, inside, k, n)) * windows.size;
  const at = Math.round((lowest * 1_000_000) / width);
  return judged(
    { feature: "rate", values: [], bound: { side: "above", at }, ...table(k, inside, k, n), isClean: false, chance },
    NEARLY_ALL,
  );
}

function table(hits: number, misses: number, k: number, n: number): Pick<Separation, "affected" | "rest"> {
  return { affected: { inside: hits, outside: k - hits }, rest: { inside: misses, outside: n - k - misses } };
}

function judged(one: Separation, nearlyAll: number): Separation | undefined {
  const { affected, rest, chance } = one;
  const [k, others] = [affected.inside + affected.outside, rest.inside + rest.outside];
  if (affected.inside < nearlyAll * k || rest.outside === 0) return undefined;
  const isClean = affected.inside >= nearlyAll * (affected.inside + rest.inside);
  if (isClean && one.isClean) return chance <= UNLIKELY ? one : undefined;
  if (rest.outside < MIN_OUTSIDE * others || chance > VERY_UNLIKELY) return undefined;
  return { ...one, isClean: false };
}

/** The first word of a route. */
function methods(routes: NamedCounts): Map<string, number> {
  const found = new Map<string, number>();
  for (const [route, n] of routes) {
    const [method = ""] = route.split(" ");
    count(found, method, n);
  }
  return found;
}

/**
 * Natural logarithm of the probability that, of `hits + misses` exchanges drawn from `n` of which `k` are affected, at least `hits` are affected
 * (hypergeometric distribution).
 */
function logChance(hits: number, misses: number, k: number, n: number): number {
  const drawn = hits + misses;
  const all = logBinomial(n, drawn);
  let chance = 0;
  for (let x = hits; x <= Math.min(k, drawn); x++) {
    const term = Math.exp(logBinomial(k, x) + logBinomial(n - k, drawn - x) - all);
    chance += term;
    if (term < chance * 1e-9) break;
  }
  return Math.log(Math.max(chance, Number.MIN_VALUE));
}

function logBinomial(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; exact to 1e-9 from 10 on. */
function logFactorial(n: number): number {
  if (n < 10) return Math.log([1, 1, 2, 6, 24, 120, 720, 5_040, 40_320, 362_880][n]!);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
