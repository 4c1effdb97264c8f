// Gathers the fault tallies of a verdict into populations: per culprit and edge between groups, or per replica where only some replicas of a group do
// it.

import type { Workload } from "../naming/workload.ts";
import { count } from "../wire/count.ts";
import { groupBy } from "../wire/group-by.ts";
import { MAX_TRACE_IDS } from "../wire/limits.ts";
import { sum } from "../wire/sum.ts";
import { isEveryOne } from "./affected-clause.ts";
import { groupsOf } from "./edge-index.ts";
import { firstShown, joinExemplars } from "./exemplars.ts";
import type { Finding, Population } from "./finding.ts";
import { causeOfPopulation, separationOf, stillPossible } from "./population-cause.ts";
import type { Word } from "./rule.ts";
import { separationClause } from "./separation-words.ts";
import type { EdgeTally, FaultTally, Tally } from "./tally.ts";
import { type Cause, causeApart, type Severity, severities, type Verdict } from "./verdict.ts";

/** A replica without the fault must have had this many chances before the others are called the faulty ones. */
const MIN_HEALTHY_EXCHANGES = 3;
/** From this part of its exchanges on a replica's fault is no chance; below it, what is less likely than this. */
const MOSTLY = 0.5;
const BY_CHANCE = 0.01;
/** A span or two among hundreds may be lost by anything, and need no cause of their own. */
const MAX_STRAYS = 2;
const STRAY = 0.02;
/** At or above this ratio of unprompted calls to circumstantial faults of a route, the faults are dropped. */
const MAX_DOUBT = 0.1;
/** Faults known only by inference, which is wrong now and then, are dropped below this share of the route. */
const MIN_INFERRED_SHARE = 0.05;
/** One or two must be a larger part. */
const MIN_INFERRED = 3;
const FEW_INFERRED_SHARE = 0.2;

/** Causes that say how each call was made: where other replicas make it right, this one is what differs. */
const OPEN_TO_REPLICA: readonly Cause[] = ["unknown", "client-does-not-inject", "transport-does-not-inject"];

export function findingsOf(rule: string, verdict: Verdict, tally: Tally, word: Word, hasEdge = true): Finding[] {
  return populationsOf(verdict, tally, hasEdge).map((population) => toFinding(rule, population, word));
}

export function populationsOf(verdict: Verdict, tally: Tally, hasEdge: boolean): Population[] {
  const faults = countedOf(verdict, tally).filter((fault) => fault.affected > 0);
  const groups = groupBy(faults, (fault) => {
    const note = fault.severities.size === 1 && fault.severities.has("note") ? "note" : "";
    return hasEdge ? `${culpritSide(fault)} ${groupsOf(fault)}\n${note} ${causeApart(fault.like)}` : "";
  });
  return [...groups.values()].flatMap((group) => splitByReplica(group, tally).map((part) => makePopulation(part, tally, hasEdge)));
}

function culpritSide(fault: FaultTally): string {
  return fault.culprit === undefined ? "nobody" : fault.culprit === fault.from ? "sender" : "receiver";
}

/**
 * What counts only because a request was open at the time proves nothing on a route that also goes out while none is: it may be a job or a
 * poll. Nor do a few among many that went right.
 */
function withoutDoubt(fault: FaultTally, tally: Tally, doubts: ReadonlyMap<string, Doubt>): Counted {
  if (fault.circumstantial.size === 0) return fault;
  const edge = tally.edgeOf(fault.from, fault.to);
  const doubt = fault.culprit === fault.from ? doubts.get(groupsOf(fault)) : undefined;
  const isDoubtful = (route: string) =>
    doubt !== undefined && (doubt.doubtful.get(route) ?? 0) >= MAX_DOUBT * (doubt.circumstantial.get(route) ?? 0);
  const isFew = (route: string, n: number) => {
    const share = n / (edge?.routes.get(route) ?? n);
    return fault.routes.get(route) === n && (share < MIN_INFERRED_SHARE || (n < MIN_INFERRED && share < FEW_INFERRED_SHARE));
  };
  const dropped = new Map([...fault.circumstantial].filter(([route, n]) => isDoubtful(route) || isFew(route, n)));
  if (dropped.size === 0) return fault;
  const setAside = sum([...dropped].map(([route, n]) => (isDoubtful(route) ? 0 : n)));
  const routes = new Map([...fault.routes].map(([route, n]) => [route, n - (dropped.get(route) ?? 0)] as const).filter(([, n]) => n > 0));
  const exemplars = fault.exemplars.filter((exemplar) => !exemplar.fault.isCircumstantial || !dropped.has(exemplar.route));
  return { ...fault, affected: sum([...routes.values()]), routes, exemplars, setAside };
}

/** `setAside`: exchanges of other routes that seem to be affected as well, but by inference alone, and too few to be counted. */
type Counted = FaultTally & { readonly setAside?: number };

function countedOf(verdict: Verdict, tally: Tally): Counted[] {
  const all = [...tally.faults.values()].filter((fault) => fault.verdict === verdict);
  const doubts = doubtsOf(all, tally);
  return all.map((fault) => withoutDoubt(fault, tally, doubts));
}

/** Exchanges that seem to be affected, graver than a note, and that no finding counts: inferred alone, and too few on their routes. */
export function countSetAside(tally: Tally): number {
  const verdicts = new Set([...tally.faults.values()].map(({ verdict }) => verdict));
  const counted = [...verdicts].flatMap((verdict) => countedOf(verdict, tally));
  return sum(counted.map(({ like, setAside = 0 }) => (like.severity === "note" ? 0 : setAside)));
}

/** Of the calls of one group to another, by route: those that may go out by themselves, and those whose cause was only open at the time. */
interface Doubt {
  readonly doubtful: Map<string, number>;
  readonly circumstantial: Map<string, number>;
}

/** All replicas of a sender run the same code: what one does may be what another seems to do wrong. */
function doubtsOf(faults: readonly FaultTally[], tally: Tally): Map<string, Doubt> {
  const doubts = new Map<string, Doubt>();
  for (const fault of faults) {
    if (fault.circumstantial.size === 0 || fault.culprit !== fault.from) continue;
    const known = doubts.get(groupsOf(fault));
    const doubt = known ?? { doubtful: new Map<string, number>(), circumstantial: new Map<string, number>() };
    for (const [route, n] of fault.circumstantial) count(doubt.circumstantial, route, n);
    if (known !== undefined) continue;
    doubts.set(groupsOf(fault), doubt);
    for (const { doubtful } of tally.edgeIndex.between(fault.from.group, fault.to.group))
      for (const [route, n] of doubtful ?? []) count(doubt.doubtful, route, n);
  }
  return doubts;
}

/** Faults of one finding, with the edges that they are compared within. */
interface Part {
  readonly faults: readonly Counted[];
  readonly edges: readonly EdgeTally[];
  readonly replica: Workload | undefined;
}

/** One part for the whole group, or one for each faulty replica where others are healthy. */
function splitByReplica(faults: readonly Counted[], tally: Tally): Part[] {
  const first = faults[0]!;
  const edges = tally.edgeIndex.between(first.from.group, first.to.group);
  const whole = [{ faults, edges, replica: undefined }];
  if (first.culprit === undefined) return whole;
  const side = first.culprit === first.from ? "from" : "to";
  const byReplica = groupBy(faults, (fault) => fault[side]);
  // Another listener of a proxy is no replica of it.
  const proxies = new Set([...byReplica.keys()].filter(({ role }) => role === "proxy").map(placeOf));
  const routes = new Set(faults.flatMap((fault) => [...fault.routes.keys()]));
  const healthy = new Map<Workload, number>();
  let chances = 0;
  for (const edge of edges) {
    const own = chancesOf(edge, routes);
    if (byReplica.has(edge[side])) chances += own;
    else if (!proxies.has(placeOf(edge[side]))) count(healthy, edge[side], own);
  }
  const most = [...healthy.values()].reduce((max, n) => Math.max(max, n), 0);
  if (most < MIN_HEALTHY_EXCHANGES) return whole;
  const affected = sum(faults.map((fault) => fault.affected));
  // What a replica does now and then passes another by that does it as well.
  if (affected < MOSTLY * chances && (1 - affected / (chances + sum([...healthy.values()]))) ** most > BY_CHANCE) return whole;
  const edgesOf = groupBy(edges, (edge) => edge[side]);
  return [...byReplica].map(([replica, own]) => ({ faults: own, edges: edgesOf.get(replica) ?? [], replica }));
}

/** Exchanges of these routes that had something to lose: what may go out by itself had nothing. */
function chancesOf(edge: EdgeTally, routes: ReadonlySet<string>): number {
  return sum([...edge.routes].map(([route, n]) => (routes.has(route) ? n - (edge.doubtful?.get(route) ?? 0) : 0)));
}

function placeOf({ host, pod }: Workload): string {
  return `${host}\n${pod ?? ""}`;
}

function makePopulation({ faults, edges: near, replica }: Part, tally: Tally, hasEdge: boolean): Population {
  const first = faults[0]!;
  const isSender = first.culprit === first.from;
  const edges = hasEdge ? near : [...tally.edges.values()];
  const causes = mergeCauses(faults);
  const [main] = causes;
  const shown: Cause = main?.fault.cause ?? "unknown";
  const compared = { verdict: first.verdict, faults, edges, tally };
  const separated = hasEdge ? separationOf(compared) : undefined;
  const told = hasEdge ? causeOfPopulation(shown, compared, separated) : undefined;
  // What captures show of its exporter says more than that it is one of several.
  const isExplained = (main?.fault.proofs?.length ?? 0) > 0;
  const isOfReplica = replica !== undefined && !isExplained && (first.verdict === "split" || OPEN_TO_REPLICA.includes(shown));
  const cause = told?.cause ?? (isOfReplica ? "one-backend-of-many" : shown);
  const affected = sum(faults.map((fault) => fault.affected));
  const of = sum(edges.map((edge) => edge.exchanges));
  const isStray = first.verdict === "unrecorded" && cause === "unknown" && affected <= MAX_STRAYS && affected <= STRAY * of;
  return {
    verdict: first.verdict,
    cause,
    otherCauses: told?.otherCauses ?? (isOfReplica && first.verdict === "split" ? [] : stillPossible(otherCauses(causes, cause), compared)),
    separated: separationClause(separated, startOf(edges)),
    isThinned: faults.some(({ setAside = 0 }) => setAside > 0),
    isEveryOne: hasEdge && isEveryOne(first.verdict, affected, of, edges),
    isInjecting: faults.some(({ from }) => tally.edgeIndex.at("from", from).some(({ withContext }) => withContext > 0)),
    // Spans are sent in batches: when only the last ones are missing, they may be on their way.
    severity: faults.every((fault) => fault.affected > 0 && fault.trailing === fault.affected) || isStray ? "note" : gravest(faults),
    confidence: round(sum(faults.map((fault) => fault.confidence * fault.affected)) / affected),
    culprit: replica ?? oneCulprit(faults),
    from: replica !== undefined && isSender ? replica.name : first.from.group,
    to: replica !== undefined && !isSender ? replica.name : first.to.group,
    hasEdge,
    affected,
    of,
    routes: routesOf(faults, edges),
    tallies: faults,
  };
}

/** Of the exchanges whose features were counted; times are told from here. */
function startOf(edges: readonly EdgeTally[]): number {
  let start = Number.POSITIVE_INFINITY;
  for (const { controls, faults } of edges) {
    for (const { times } of Object.values(controls)) start = Math.min(start, times.start);
    for (const { features } of faults) start = Math.min(start, features.times.start);
  }
  return start;
}

/** Several replicas do the same: the one with most stands for them, since a culprit is an address. */
function oneCulprit(faults: readonly FaultTally[]): Workload | undefined {
  const counts = new Map<Workload, number>();
  for (const { culprit, affected } of faults) if (culprit !== undefined) count(counts, culprit, affected);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].index - b[0].index)[0]?.[0];
}

function mergeCauses(faults: readonly FaultTally[]) {
  const merged = new Map<string, { count: number; fault: FaultTally["exemplars"][number]["fault"] }>();
  for (const { causes } of faults) {
    for (const [cause, { count, fault }] of causes)
      merged.set(cause, { count: (merged.get(cause)?.count ?? 0) + count, fault: merged.get(cause)?.fault ?? fault });
  }
  // A proven cause says more than "unknown", if it explains a good part.
  const total = sum([...merged.values()].map((c) => c.count));
  return [...merged.values()].sort((a, b) => Number(isUnknown(a, total)) - Number(isUnknown(b, total)) || b.count - a.count);
}

function isUnknown(cause: { readonly count: number; readonly fault: { readonly cause: Cause } }, total: number): boolean {
  return cause.fault.cause === "unknown" || cause.count * 4 < total;
}

function otherCauses(causes: ReturnType<typeof mergeCauses>, chosen: Cause): Population["otherCauses"] {
  const others = causes.flatMap(({ fault, count }) => [
    ...fault.possible,
    ...(fault.cause === chosen || fault.cause === "unknown" ? [] : [{ cause: fault.cause, because: `${count} of the exchanges show it` }]),
  ]);
  return others.filter((other, i) => other.cause !== chosen && others.findIndex((o) => o.cause === other.cause) === i);
}

function gravest(faults: readonly FaultTally[]): Severity {
  return severities.find((severity) => faults.some((fault) => fault.severities.has(severity))) ?? "note";
}

function routesOf(faults: readonly FaultTally[], edges: readonly EdgeTally[]): Finding["routes"] {
  const affected = new Map<string, number>();
  for (const { routes } of faults) for (const [route, n] of routes) count(affected, route, n);
  const of = (route: string) => sum(edges.map((edge) => edge.routes.get(route) ?? 0));
  return [...affected]
    .map(([route, n]) => ({ route, affected: n, of: of(route) }))
    .sort((a, b) => b.affected - a.affected || (a.route < b.route ? -1 : 1));
}

function toFinding(rule: string, population: Population, word: Word): Finding {
  const { tallies } = population;
  const exemplars = joinExemplars(tallies);
  const traceIds = [...new Set(tallies.flatMap((fault) => [...fault.traceIds]))];
  const { culprit } = population;
  return {
    rule,
    verdict: population.verdict,
    cause: population.cause,
    otherCauses: population.otherCauses,
    severity: population.severity,
    confidence: population.confidence,
    culprit,
    edge: population.hasEdge ? { from: population.from, to: population.to } : undefined,
    affected: population.affected,
    of: population.of,
    detail: firstShown(exemplars)?.fault.detail ?? "",
    group: `${culprit?.name ?? "capture"}: ${population.cause === "unknown" ? population.verdict : population.cause}`,
    ...word(population),
    routes: population.routes,
    traceIds: traceIds.slice(0, MAX_TRACE_IDS),
    traceCount: traceIds.length,
    exemplars,
    keys: new Set(tallies.map((fault) => fault.key)),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
