// Calls of database clients over HTTP: their instrumentation makes spans and sends no context, by right.

import { isDatabaseSpan } from "../spans/http-span.ts";
import type { Facts } from "./view.ts";

/** Those with a CLIENT span of a database, and those without a span between workloads all of whose calls with one are such; indices of hops. */
export function databaseCalls({ table, diff, naming }: Facts): number[] {
  const edgeOf = (hop: number) => `${naming.senderOf(hop).index} ${naming.receiverOf(hop).index}`;
  /** By edge: whether all CLIENT spans are of databases. */
  const edges = new Map<string, boolean>();
  const calls: number[] = [];
  for (const [hop, { client }] of diff.matches) {
    if (client === undefined) continue;
    const isOfDatabase = isDatabaseSpan(client);
    if (isOfDatabase) calls.push(hop);
    edges.set(edgeOf(hop), isOfDatabase && edges.get(edgeOf(hop)) !== false);
  }
  if (calls.length === 0) return calls;
  for (let hop = 0; hop < table.size; hop++)
    if (table.isWork(hop) && diff.matches.get(hop)?.client === undefined && edges.get(edgeOf(hop)) === true) calls.push(hop);
  return calls;
}
