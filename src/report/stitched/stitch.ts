// The traces that should have been: what broke is joined where the wire shows it, spans that nobody recorded stand as ghosts.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { type Hop, INFERRED, type ParentLink } from "../../hops/hop.ts";
import { isSameTrace } from "../../propagation/same-trace.ts";
import { addTo } from "../../wire/group-by.ts";
import { Breaks } from "./breaks.ts";
import { derivedTraceId } from "./derived-ids.ts";
import { giveIds } from "./give-ids.ts";
import { HopLinks } from "./hop-links.ts";
import { neighbourhoodOf } from "./neighbourhood.ts";
import { growForest } from "./span-forest.ts";
import { isGhost, type Join, type StitchedSpan, type StitchedTrace } from "./stitched-trace.ts";

/** Every trace that broke and could be joined or filled, in the order in which they broke; made one after the other. */
export function* stitchBroken(inspection: Inspection): Iterable<StitchedTrace> {
  const { graph, diff } = inspection;
  const breaks = new Breaks(inspection);
  const broken = breaks.hops();
  if (broken.length === 0) return;
  const links = new HopLinks(inspection, breaks);
  const done = new Uint8Array(graph.table.size);
  for (const hop of broken) {
    if (done[hop] === 1) continue;
    const near = neighbourhoodOf([hop], [], links, graph.table, diff);
    done[hop] = 1;
    for (const reached of near.hops) done[reached] = 1;
    for (const trace of traces(growForest(near, inspection, links, breaks))) if (isMended(trace)) yield trace;
  }
}

/** The one trace with this id, or with an exchange or span of it, whether it broke or not. */
export function stitchOne(traceIds: ReadonlySet<string>, inspection: Inspection): StitchedTrace | undefined {
  const breaks = new Breaks(inspection);
  const links = new HopLinks(inspection, breaks);
  const near = neighbourhoodOf([], [...traceIds], links, inspection.graph.table, inspection.diff);
  const all = traces(growForest(near, inspection, links, breaks)).filter((trace) => trace.traceIds.some((id) => traceIds.has(id)));
  return all.find((trace) => traceIds.has(trace.traceId)) ?? all[0];
}

/** Another id was joined, or a span that should have been recorded is filled in. */
function isMended({ joins, spans }: StitchedTrace): boolean {
  return joins.length > 0 || spans.some((own) => isGhost(own) && own.verdicts.length > 0 && own.side === "server");
}

/** Trees of one trace id are one trace, also where nothing says what its orphans hang below. */
function traces(all: readonly StitchedSpan[]): StitchedTrace[] {
  const children = new Map<StitchedSpan, StitchedSpan[]>();
  for (const own of all) {
    if (own.parent !== undefined) addTo(children, own.parent, own);
  }
  const trees = new Map<string, Tree[]>();
  for (const root of all) {
    if (root.parent !== undefined) continue;
    const tree = walk(root, children);
    addTo(trees, tree.traceId, tree);
  }
  return [...trees].map(([traceId, own]) => traceOf(traceId, own));
}

interface Tree {
  readonly traceId: string;
  readonly spans: StitchedSpan[];
  readonly joins: Join[];
}

interface Step {
  readonly own: StitchedSpan;
  /** The trace id that came down to it, and the exchange that lost it on the way. */
  readonly carried: string | undefined;
  readonly lostAt: StitchedSpan | undefined;
  /** From there on: the least sure of the links by which causes and not ids tell what hangs below what. */
  readonly link: ParentLink | undefined;
}

function walk(root: StitchedSpan, children: ReadonlyMap<StitchedSpan, readonly StitchedSpan[]>): Tree {
  const spans: StitchedSpan[] = [];
  /** Several exchanges of the new trace may hang below the one that lost the old one: each join once. */
  const joins = new Map<string, Join>();
  /** Where an id was lost and nothing below has another. */
  const lost = new Map<StitchedSpan, Join>();
  const waiting: Step[] = [{ own: root, carried: undefined, lostAt: undefined, link: undefined }];
  let first: string | undefined;
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const { own, carried } = step;
    spans.push(own);
    first ??= own.originalTraceId;
    const lostAt = own.verdicts.length > 0 ? own : step.lostAt;
    const next = own.originalTraceId ?? carried;
    const isOther = carried !== undefined && next !== undefined && !isSame(carried, next);
    const link = own.verdicts.length > 0 ? own.link : lessSure(step.link, own.link);
    const at = own.linkedBy === undefined ? (lostAt ?? own) : own;
    const hop = own.linkedBy ?? at.hop ?? own.hop;
    if (isOther && hop !== undefined) {
      const key = `${hop.index} ${carried} ${next}`;
      if (!joins.has(key)) joins.set(key, { before: carried, after: next, hop, link: at === own ? own.link : link });
      if (lostAt !== undefined) lost.delete(lostAt);
    } else if (own === lostAt && own.hop?.traceIds.length === 0 && next !== undefined)
      lost.set(own, { before: next, after: undefined, hop: own.hop, link: own.link });
    const below = [...(children.get(own) ?? [])].sort((a, b) => startOf(b) - startOf(a));
    for (const child of below)
      waiting.push({ own: child, carried: next, lostAt: isOther ? undefined : lostAt, link: isOther ? undefined : link });
  }
  return { traceId: first ?? derivedTraceId(root.hop as Hop), spans, joins: [...joins.values(), ...lost.values()] };
}

function lessSure(one: ParentLink | undefined, other: ParentLink | undefined): ParentLink | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (INFERRED.has(one.because) !== INFERRED.has(other.because)) return INFERRED.has(one.because) ? one : other;
  return other.confidence < one.confidence ? other : one;
}

function isSame(one: string, other: string): boolean {
  return isSameTrace({ traceId: one }, { traceId: other });
}

function startOf({ span, hop }: StitchedSpan): number {
  return span?.startedAt ?? hop?.startedAt ?? 0;
}

function traceOf(traceId: string, trees: readonly Tree[]): StitchedTrace {
  const spans = trees.flatMap((tree) => tree.spans);
  giveIds(spans);
  const ids = new Set([traceId, ...spans.flatMap((own) => own.originalTraceId ?? [])]);
  return { traceId, spans, traceIds: [...ids], joins: trees.flatMap((tree) => tree.joins) };
}
