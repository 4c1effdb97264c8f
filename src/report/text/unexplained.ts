// Requests without a context from machines that are sent contexts, where nothing tells what caused them: whether they should carry one is not known.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { NO_PARENT } from "../../hops/hop.ts";
import { count } from "../../wire/count.ts";
import { counted, listed } from "../../wire/words.ts";

const MAX_EDGES = 3;

/** `what caused 10 requests from mid to store, which carry no context, is not known`, or nothing. */
export function unexplainedCalls(inspection: Inspection): string {
  const edges = [...countEdges(inspection)].sort((a, b) => b[1] - a[1]);
  if (edges.length === 0) return "";
  const shown = edges.slice(0, MAX_EDGES).map(([edge, n]) => `${counted(n, "request")} from ${edge}`);
  if (edges.length > MAX_EDGES) shown.push(counted(edges.length - MAX_EDGES, "other edge"));
  const carry = edges.length === 1 && edges[0]![1] === 1 ? "carries" : "carry";
  return `what caused ${listed(shown)}, which ${carry} no context, is not known, and so neither is whether they should carry one.`;
}

function countEdges({ graph: { table }, diagnosis: { tally }, naming }: Inspection): ReadonlyMap<string, number> {
  const { size, row, parent, clientHost, hostOfPlace, receiver, exchanges } = table;
  const edgeOf = (hop: number) => `${naming.senderOf(hop).group} to ${naming.receiverOf(hop).group}`;
  const isSent = new Uint8Array(table.hosts.values.length);
  for (let hop = 0; hop < size; hop++)
    if (table.isWork(hop) && exchanges.readings.hasContext(row[hop]!)) isSent[hostOfPlace[receiver[hop]!]!] = 1;
  const bare = new Map<string, number>();
  for (let hop = 0; hop < size; hop++) {
    if (parent[hop] !== NO_PARENT || !table.isWork(hop) || !exchanges.isWhole(row[hop]!) || exchanges.readings.hasFields(row[hop]!))
      continue;
    // Behind a service address no machine is seen to be sent anything: its spans tell that it serves.
    if (isSent[clientHost[hop]!] === 1 || naming.senderOf(hop).hasClientSpans) count(bare, edgeOf(hop));
  }
  // Some of them are told as stripped by what all candidates have in common.
  for (const { verdict, from, to, affected } of tally.faults.values()) {
    const edge = `${from.group} to ${to.group}`;
    const left = (bare.get(edge) ?? 0) - (verdict === "stripped" ? affected : 0);
    if (left > 0) bare.set(edge, left);
    else bare.delete(edge);
  }
  return bare;
}
