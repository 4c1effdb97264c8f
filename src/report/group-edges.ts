// Edges between groups: the replicas of a service are one end.

import { groupsOf } from "../diagnosis/edge-index.ts";
import { type EdgeCounts, type EdgeTally, NO_EXCHANGES, type Tally } from "../diagnosis/tally.ts";

export interface GroupEdge extends EdgeCounts {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
}

const COUNTS = Object.keys(NO_EXCHANGES) as readonly (keyof EdgeCounts)[];

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

/** Those of exchanges, and behind them those that TLS hides. */
export function allGroupEdges(tally: Tally): GroupEdge[] {
  return [...groupEdges(tally), ...encryptedGroupEdges(tally)];
}

/** Edges of requests that TLS hides and that spans tell of, as far as they do. */
function encryptedGroupEdges({ encrypted }: Tally): GroupEdge[] {
  return encrypted
    .filter(({ requests, from }) => requests > 0 && from !== "")
    .map(({ from, to, requests, withContext }) => ({
      ...NO_EXCHANGES,
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
  return { ...NO_EXCHANGES, from: from.group, to: to.group, protocol };
}
