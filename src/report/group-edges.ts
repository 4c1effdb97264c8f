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

/** Exchanges of an edge that are none of the others: what went out was no valid context. */
export function invalidOf({ exchanges, continued, restarted, absent, notObservable }: EdgeCounts): number {
  return exchanges - continued - restarted - absent - notObservable;
}

function emptyEdge({ from, to, protocol }: EdgeTally): GroupEdge {
  return {
    from: from.group,
    to: to.group,
    protocol,
    exchanges: 0,
    withContext: 0,
    recorded: 0,
    continued: 0,
    restarted: 0,
    absent: 0,
    notObservable: 0,
  };
}
