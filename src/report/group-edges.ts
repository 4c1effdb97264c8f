// Edges between groups: the replicas of a service are one end.

import { groupsOf } from "../diagnosis/edge-index.ts";
import type { EdgeCounts, EdgeTally, Tally } from "../diagnosis/tally.ts";

export interface GroupEdge extends EdgeCounts {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
}

const COUNTS = [
  "exchanges",
  "withContext",
  "toldBySpans",
  "recorded",
  "continued",
  "restarted",
  "absent",
  "notObservable",
] as const satisfies readonly (keyof EdgeCounts)[];

/** In the order in which edges were first seen. */
export function groupEdges(tally: Tally): GroupEdge[] {
  const groups = new Map<string, GroupEdge>();
  for (const edge of tally.edges.values()) {
    const key = groupsOf(edge);
    const known = groups.get(key) ?? emptyEdge(edge);
    groups.set(key, known);
    for (const count of COUNTS) known[count] += edge[count];
  }
  return [...groups.values()];
}

/** Edges of requests that TLS hides and that spans tell of, as far as they do. */
export function encryptedGroupEdges({ encrypted }: Tally): GroupEdge[] {
  return encrypted
    .filter(({ requests, from }) => requests > 0 && from !== "")
    .map(({ from, to, requests, withContext }) => ({
      ...NOTHING,
      from,
      to,
      protocol: "TLS",
      exchanges: requests,
      toldBySpans: withContext,
      recorded: requests,
      notObservable: requests,
    }));
}

/** Exchanges with a context, on the wire or by what spans tell. */
export function carriedOn({ withContext, toldBySpans }: EdgeCounts): number {
  return withContext + toldBySpans;
}

/** Exchanges of an edge that are none of the others: what went out was no valid context. */
export function invalidOf({ exchanges, continued, restarted, absent, notObservable }: EdgeCounts): number {
  return exchanges - continued - restarted - absent - notObservable;
}

function emptyEdge({ from, to, protocol }: EdgeTally): GroupEdge {
  return { ...NOTHING, from: from.group, to: to.group, protocol };
}

const NOTHING: EdgeCounts = {
  exchanges: 0,
  withContext: 0,
  toldBySpans: 0,
  recorded: 0,
  continued: 0,
  restarted: 0,
  absent: 0,
  notObservable: 0,
};
