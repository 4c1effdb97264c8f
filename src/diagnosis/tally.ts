// Tally: judgements counted per edge and per fault. Adding two tallies is a tally: the same rules serve a file, a live run, and many nodes.

import type { Workload } from "../naming/workload.ts";
import { protocolName } from "../protocols/http/protocol-name.ts";
import { MAX_EXEMPLARS, MAX_ROUTES, MAX_TRACES_COUNTED } from "../wire/limits.ts";
import type { Fault, Judgement } from "./judgement.ts";
import type { Verdict } from "./verdict.ts";

const OTHER_ROUTES = "other";
/** More workloads than any run has: two indices make one key. */
const WORKLOADS = 2 ** 24;

/** Exchanges of an edge by what became of their contexts. */
export interface EdgeCounts {
  exchanges: number;
  withContext: number;
  continued: number;
  restarted: number;
  absent: number;
  notObservable: number;
}

export interface EdgeTally extends EdgeCounts {
  readonly from: Workload;
  readonly to: Workload;
  readonly protocol: string;
  /** Exchanges by route. */
  readonly routes: Map<string, number>;
  /** By route: calls that may go out by themselves. */
  readonly doubtful: Map<string, number>;
}

/** Kept whole, so that a finding can prove what it says. */
export interface Exemplar {
  readonly judgement: Judgement;
  readonly fault: Fault;
  readonly route: string;
}

export interface FaultTally {
  readonly key: string;
  readonly verdict: Verdict;
  readonly culprit: Workload | undefined;
  readonly from: Workload;
  readonly to: Workload;
  readonly isWeak: boolean;
  affected: number;
  /** Affected exchanges by route. */
  readonly routes: Map<string, number>;
  /** Of those: by route, exchanges whose cause was only open at the time. */
  readonly circumstantial: Map<string, number>;
  /** By cause: how often, and one fault that shows it. */
  readonly causes: Map<string, { count: number; readonly fault: Fault }>;
  readonly severities: Map<string, number>;
  confidence: number;
  /** Of `affected`: those whose span may still be on its way. */
  trailing: number;
  /** The earliest. */
  readonly exemplars: Exemplar[];
  /** Up to `MAX_TRACES_COUNTED`. */
  readonly traceIds: Set<string>;
}

export class Tally {
  readonly edges = new Map<number, EdgeTally>();
  readonly faults = new Map<string, FaultTally>();

  /** Judgements MUST come in the order of time: exemplars are the earliest. */
  add(judgement: Judgement, route: string): void {
    const edge = this.#edge(judgement);
    edge.exchanges++;
    const name = edge.routes.has(route) || edge.routes.size < MAX_ROUTES ? route : OTHER_ROUTES;
    edge.routes.set(name, (edge.routes.get(name) ?? 0) + 1);
    if (judgement.isDoubtful) edge.doubtful.set(name, (edge.doubtful.get(name) ?? 0) + 1);
    if (judgement.hasContext) edge.withContext++;
    if (judgement.outcome === "continued") edge.continued++;
    else if (judgement.outcome === "restarted") edge.restarted++;
    else if (judgement.outcome === "not observable") edge.notObservable++;
    else if (judgement.outcome === "absent") edge.absent++;
    if (judgement.faults.length === 0) return;
    const counted = new Set<FaultTally>();
    for (const fault of judgement.faults) {
      const tally = this.#fault(judgement, fault);
      // A finding counts exchanges: two fields cut on one exchange are one.
      if (counted.has(tally)) continue;
      counted.add(tally);
      count(tally, judgement, fault, name);
    }
  }

  #edge({ from, to, hop }: Judgement): EdgeTally {
    const key = from.index * WORKLOADS + to.index;
    const known = this.edges.get(key);
    if (known !== undefined) return known;
    const protocol = protocolName(hop.exchange);
    const edge: EdgeTally = {
      from,
      to,
      protocol,
      exchanges: 0,
      withContext: 0,
      continued: 0,
      restarted: 0,
      absent: 0,
      notObservable: 0,
      routes: new Map(),
      doubtful: new Map(),
    };
    this.edges.set(key, edge);
    return edge;
  }

  #fault(judgement: Judgement, fault: Fault): FaultTally {
    const key = faultKey(judgement, fault);
    const known = this.faults.get(key);
    if (known !== undefined) return known;
    const { from, to } = judgement;
    const tally: FaultTally = {
      key,
      verdict: fault.verdict,
      culprit: culpritOf(judgement, fault),
      from,
      to,
      isWeak: isWeak(fault),
      affected: 0,
      routes: new Map(),
      circumstantial: new Map(),
      causes: new Map(),
      severities: new Map(),
      confidence: 0,
      trailing: 0,
      exemplars: [],
      traceIds: new Set(),
    };
    this.faults.set(key, tally);
    return tally;
  }
}

export function faultKey({ from, to }: Judgement, fault: Fault): string {
  const sampling = fault.verdict === "not-sampled" ? fault.cause : "";
  return `${fault.verdict} ${fault.culprit ?? "nobody"} ${from.index} ${to.index} ${isWeak(fault) ? "weak" : ""} ${sampling} ${fault.severity === "note" ? "note" : ""}`;
}

/** Counts only beside proven faults of its route (see `span-missing`). */
function isWeak(fault: Fault): boolean {
  return fault.verdict === "unrecorded" && fault.severity === "note";
}

function culpritOf({ from, to }: Judgement, fault: Fault): Workload | undefined {
  return fault.culprit === "sender" ? from : fault.culprit === "receiver" ? to : undefined;
}

function count(tally: FaultTally, judgement: Judgement, fault: Fault, route: string): void {
  tally.confidence = (tally.confidence * tally.affected + fault.confidence) / (tally.affected + 1);
  tally.affected++;
  if (fault.isTrailing) tally.trailing++;
  tally.routes.set(route, (tally.routes.get(route) ?? 0) + 1);
  if (fault.isCircumstantial) tally.circumstantial.set(route, (tally.circumstantial.get(route) ?? 0) + 1);
  const cause = tally.causes.get(fault.cause);
  if (cause === undefined) tally.causes.set(fault.cause, { count: 1, fault });
  else cause.count++;
  tally.severities.set(fault.severity, (tally.severities.get(fault.severity) ?? 0) + 1);
  if (tally.exemplars.length < MAX_EXEMPLARS) tally.exemplars.push({ judgement, fault, route });
  for (const traceId of traceIdsOf(judgement, fault)) {
    if (tally.traceIds.size < MAX_TRACES_COUNTED) tally.traceIds.add(traceId);
  }
}

/** The trace that should have gone on, and the one that did. */
function traceIdsOf({ hop }: Judgement, fault: Fault): Set<string> {
  const before = fault.spans.map((span) => span.traceId);
  const parent = fault.parent?.reading.context?.traceId;
  const own = hop.reading.context?.traceId;
  return new Set([...(parent === undefined ? [] : [parent]), ...before, ...(own === undefined ? [] : [own])]);
}
