// Tally: judgements counted per edge and per fault. Adding two tallies is a tally: the same rules serve a file, a live run, and many nodes.

import type { Workload } from "../naming/workload.ts";
import { count } from "../wire/count.ts";
import { MAX_ROUTES, MAX_TRACES_COUNTED } from "../wire/limits.ts";
import { EdgeIndex } from "./edge-index.ts";
import type { EncryptedEdge } from "./encrypted-edges.ts";
import { type Exemplar, keepExemplar } from "./exemplars.ts";
import { FeatureCounts } from "./features.ts";
import type { Aftermath, Fault, Judgement } from "./judgement.ts";
import { OTHER_ROUTES } from "./route.ts";
import { causeApart, type Verdict } from "./verdict.ts";

/** More workloads than any run has: two indices make one key. */
const WORKLOADS = 2 ** 24;

/** What a judgement says, without who and without its proof. */
export type Kind = Pick<Judgement, "outcome" | "hasContext" | "isRecorded" | "isDoubtful">;

/** Exchanges of an edge by what became of their contexts. */
export interface EdgeCounts {
  exchanges: number;
  /** On the wire. */
  withContext: number;
  /** Of `notObservable`: those whose SERVER spans tell that a context came in (see `told-contexts.ts`). */
  toldBySpans: number;
  /** With the receiver's SERVER span. */
  recorded: number;
  continued: number;
  restarted: number;
  absent: number;
  notObservable: number;
}

/** Of an edge that nothing was counted on. */
export const NO_EXCHANGES: Readonly<EdgeCounts> = {
  exchanges: 0,
  withContext: 0,
  toldBySpans: 0,
  recorded: 0,
  continued: 0,
  restarted: 0,
  absent: 0,
  notObservable: 0,
};

export interface EdgeTally extends EdgeCounts {
  readonly from: Workload;
  readonly to: Workload;
  readonly protocol: string;
  /** Exchanges by route. */
  readonly routes: Map<string, number>;
  /** By route: calls that may go out by themselves, if any. */
  doubtful: Map<string, number> | undefined;
  readonly faults: FaultTally[];
  /** Exchanges whose cause came without a context, where others of the edge are faulty. */
  begun: number;
  /** Exchanges whose contexts are not sampled, where others of the edge are faulty. */
  unsampled: number;
  /** Features of exchanges that went right, where others of the edge did not (see `hop-features.ts`). */
  readonly controls: { readonly carried: FeatureCounts; readonly joined: FeatureCounts; readonly recorded: FeatureCounts };
}

/** Preflights of an edge that ask for trace fields. */
export interface PreflightEdge {
  readonly key: string;
  readonly from: Workload;
  /** Who answers them. */
  readonly to: Workload;
  asked: number;
  /** Of these: answered without allowing the trace fields, and the request did not follow. */
  blocked: number;
  readonly exemplars: Exemplar[];
}

export interface FaultTally {
  readonly key: string;
  /** The first fault that was counted here. */
  readonly like: Fault;
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
  /** By cause, and whether the span was exported: how often, and one fault that shows it. */
  readonly causes: Map<string, { count: number; readonly fault: Fault }>;
  readonly severities: Map<string, number>;
  confidence: number;
  /** Of `affected`: those whose span may still be on its way. */
  trailing: number;
  readonly exemplars: Exemplar[];
  /** Up to `MAX_TRACES_COUNTED`, and those of the exchange that reached it. */
  readonly traceIds: Set<string>;
  /** Of the affected exchanges; nothing is counted of notes. */
  readonly features: FeatureCounts;
  /** What became of the calls that the affected exchanges caused, as far as that is known. */
  readonly aftermaths: Map<Aftermath, number>;
}

/** The fault of an exchange that has no other, and where it was counted. */
export interface CountedFault {
  readonly kind: Kind;
  readonly edge: EdgeTally;
  readonly tally: FaultTally;
  readonly fault: Fault;
}

export class Tally {
  readonly edges = new Map<number, EdgeTally>();
  readonly faults = new Map<string, FaultTally>();
  /** What TLS hides. */
  readonly encrypted: EncryptedEdge[] = [];
  /** Where browsers are kept from sending trace fields. */
  readonly preflights: PreflightEdge[] = [];
  #edgeIndex: EdgeIndex<EdgeTally> | undefined;
  #faultIndex: EdgeIndex<FaultTally> | undefined;

  /** Asked for when all is counted. */
  get edgeIndex(): EdgeIndex<EdgeTally> {
    this.#edgeIndex ??= new EdgeIndex([...this.edges.values()]);
    return this.#edgeIndex;
  }

  /** Asked for when all is counted. */
  get faultIndex(): EdgeIndex<FaultTally> {
    this.#faultIndex ??= new EdgeIndex([...this.faults.values()]);
    return this.#faultIndex;
  }

  /** `n` exchanges that nothing more is to be said of, under their route; returns the name that the route is counted under. */
  count(edge: EdgeTally, { outcome, hasContext, isRecorded, isDoubtful }: Kind, route: string, n: number): string {
    edge.exchanges += n;
    const name = edge.routes.has(route) || edge.routes.size < MAX_ROUTES ? route : OTHER_ROUTES;
    count(edge.routes, name, n);
    if (isDoubtful) {
      edge.doubtful ??= new Map();
      count(edge.doubtful, name, n);
    }
    if (hasContext) edge.withContext += n;
    if (isRecorded) edge.recorded += n;
    if (outcome === "continued") edge.continued += n;
    else if (outcome === "restarted") edge.restarted += n;
    else if (outcome === "not observable") edge.notObservable += n;
    else if (outcome === "absent") edge.absent += n;
    return name;
  }

  /** Judgements MUST come in the order of time. Returns what its faults are counted in. */
  add(judgement: Judgement, route: string): readonly FaultTally[] {
    const edge = this.edge(judgement.from, judgement.to, judgement.hop.protocol);
    const name = this.count(edge, judgement, route, 1);
    const counted: FaultTally[] = [];
    for (const fault of judgement.faults) {
      const tally = this.#fault(edge, judgement, fault);
      // A finding counts exchanges: two fields cut on one exchange are one.
      if (counted.includes(tally)) continue;
      counted.push(tally);
      countFault(tally, fault, name, 1);
      keepExemplar(tally.exemplars, { judgement, fault, route: name });
      if (isCountingTraces(tally)) for (const traceId of traceIdsOf(judgement, fault)) tally.traceIds.add(traceId);
    }
    return counted;
  }

  /** `n` exchanges with the fault of one that was added before, and with no other. */
  addAlike({ kind, edge, tally, fault }: CountedFault, route: string, n: number): void {
    countFault(tally, fault, this.count(edge, kind, route, n), n);
  }

  /** Undefined where nothing went from one to the other. */
  edgeOf(from: Workload, to: Workload): EdgeTally | undefined {
    return this.edges.get(keyOf(from, to));
  }

  edge(from: Workload, to: Workload, protocol: string): EdgeTally {
    const known = this.edgeOf(from, to);
    if (known !== undefined) return known;
    const edge: EdgeTally = {
      ...NO_EXCHANGES,
      from,
      to,
      protocol,
      routes: new Map(),
      doubtful: undefined,
      faults: [],
      begun: 0,
      unsampled: 0,
      controls: { carried: new FeatureCounts(), joined: new FeatureCounts(), recorded: new FeatureCounts() },
    };
    this.edges.set(keyOf(from, to), edge);
    return edge;
  }

  #fault(edge: EdgeTally, judgement: Judgement, fault: Fault): FaultTally {
    for (const known of edge.faults) if (isAlike(known.like, fault)) return known;
    const { from, to } = edge;
    const key = `${from.index} ${to.index} ${edge.faults.length}`;
    const tally: FaultTally = {
      key,
      like: fault,
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
      features: new FeatureCounts(),
      aftermaths: new Map(),
    };
    edge.faults.push(tally);
    this.faults.set(key, tally);
    return tally;
  }
}

function keyOf(from: Workload, to: Workload): number {
  return from.index * WORKLOADS + to.index;
}

/** Faults of one edge that are counted together. */
function isAlike(a: Fault, b: Fault): boolean {
  return (
    a.verdict === b.verdict &&
    a.culprit === b.culprit &&
    (a.severity === "note") === (b.severity === "note") &&
    causeApart(a) === causeApart(b)
  );
}

/** Counts only beside proven faults of its route (see `span-missing`). */
function isWeak(fault: Fault): boolean {
  return fault.verdict === "unrecorded" && fault.severity === "note";
}

function culpritOf({ from, to }: Judgement, fault: Fault): Workload | undefined {
  return fault.culprit === "sender" ? from : fault.culprit === "receiver" ? to : undefined;
}

function countFault(tally: FaultTally, fault: Fault, route: string, n: number): void {
  tally.confidence = (tally.confidence * tally.affected + fault.confidence * n) / (tally.affected + n);
  tally.affected += n;
  if (fault.isTrailing) tally.trailing += n;
  if (fault.aftermath !== undefined) count(tally.aftermaths, fault.aftermath, n);
  count(tally.routes, route, n);
  if (fault.isCircumstantial) count(tally.circumstantial, route, n);
  const key = fault.exportedAt === undefined ? fault.cause : `${fault.cause}, exported`;
  const cause = tally.causes.get(key);
  if (cause === undefined) tally.causes.set(key, { count: n, fault });
  else cause.count += n;
  count(tally.severities, fault.severity, n);
}

/** Whether the traces of one more exchange count. */
export function isCountingTraces({ traceIds }: FaultTally): boolean {
  return traceIds.size < MAX_TRACES_COUNTED;
}

/** The trace that should have gone on, and the one that did. */
function traceIdsOf({ hop }: Judgement, fault: Fault): readonly string[] {
  const [parent] = fault.parent?.traceIds ?? [];
  const [own] = hop.traceIds;
  const ids = parent === undefined ? [] : [parent];
  for (const { traceId } of fault.spans) if (!ids.includes(traceId)) ids.push(traceId);
  if (own !== undefined && !ids.includes(own)) ids.push(own);
  return ids;
}
