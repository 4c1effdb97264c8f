// Which traces belong together, for reports: a bounded list of stitched traces, and where ids went over into others.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { INFERRED, type ParentReason } from "../../hops/hop.ts";
import { MAX_JOINS_LISTED, MAX_STITCHED_COUNTED, MAX_TRACES_LISTED } from "../../wire/limits.ts";
import { stitchBroken } from "./stitch.ts";
import { isGhost, type Join, type StitchedTrace } from "./stitched-trace.ts";

export interface ListedJoin {
  readonly before: string;
  /** Null where it went on without any id. */
  readonly after: string | null;
  readonly hop: number;
  /** Groups of workloads. */
  readonly from: string;
  readonly to: string;
  /** How the exchange is known to be of the trace; null where its own two sides tell. */
  readonly because: ParentReason | null;
  readonly confidence: number;
  readonly inferred: boolean;
}

export interface ListedStitched {
  readonly traceId: string;
  /** All parts, `traceId` first. */
  readonly traceIds: readonly string[];
  readonly spans: number;
  readonly ghosts: number;
  readonly joins: readonly ListedJoin[];
  readonly joinCount: number;
}

/** Where traces lost their ids: one edge, and the joins there. */
export interface EdgeJoins {
  readonly from: string;
  readonly to: string;
  /** With another id behind it, and without any. */
  continued: number;
  ended: number;
  inferred: number;
  /** The first. */
  readonly examples: ListedJoin[];
}

export interface StitchedList {
  readonly traces: readonly ListedStitched[];
  /** Broken traces, listed or not; `isMore`: counting was given up. */
  readonly count: number;
  readonly isMore: boolean;
  /** In the order in which they broke. */
  readonly edges: readonly EdgeJoins[];
}

const NOTHING: StitchedList = { traces: [], count: 0, isMore: false, edges: [] };

/** Nothing where contexts were only lost and no span tells what followed: the findings have said all then. */
export function listStitched(inspection: Inspection): StitchedList {
  if (!mayGoOn(inspection)) return NOTHING;
  const traces: ListedStitched[] = [];
  const edges = new Map<string, EdgeJoins>();
  let count = 0;
  for (const trace of stitchBroken(inspection)) {
    if (count === MAX_STITCHED_COUNTED) return { traces, count, isMore: true, edges: [...edges.values()] };
    count++;
    if (traces.length < MAX_TRACES_LISTED) traces.push(listed(trace, inspection));
    for (const join of trace.joins) countJoin(join, edges, inspection);
  }
  return { traces, count, isMore: false, edges: [...edges.values()] };
}

/** Whether anything can go on under another id. */
function mayGoOn({ diagnosis, diff }: Inspection): boolean {
  return diff.index.spans.length > 0 || diagnosis.findings.some(({ verdict }) => verdict === "split");
}

function listed({ traceId, traceIds, spans, joins }: StitchedTrace, inspection: Inspection): ListedStitched {
  return {
    traceId,
    traceIds: traceIds.slice(0, MAX_JOINS_LISTED),
    spans: spans.length,
    ghosts: spans.filter(isGhost).length,
    joins: joins.slice(0, MAX_JOINS_LISTED).map((join) => listJoin(join, inspection)),
    joinCount: joins.length,
  };
}

export function listJoin({ before, after, hop, link }: Join, { naming }: Inspection): ListedJoin {
  return {
    before,
    after: after ?? null,
    hop: hop.index,
    from: naming.senderOf(hop.index).group,
    to: naming.receiverOf(hop.index).group,
    because: link?.because ?? null,
    confidence: link?.confidence ?? 1,
    inferred: link !== undefined && INFERRED.has(link.because),
  };
}

function countJoin(join: Join, edges: Map<string, EdgeJoins>, inspection: Inspection): void {
  const one = listJoin(join, inspection);
  const key = `${one.from}\n${one.to}`;
  const edge = edges.get(key) ?? { from: one.from, to: one.to, continued: 0, ended: 0, inferred: 0, examples: [] };
  edges.set(key, edge);
  if (one.after === null) edge.ended++;
  else edge.continued++;
  if (one.inferred) edge.inferred++;
  if (edge.examples.length < MAX_JOINS_LISTED) edge.examples.push(one);
}
