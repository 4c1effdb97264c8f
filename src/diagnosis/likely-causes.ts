// Of the exchanges that were open when one went out: those that its own span leaves as its cause.

import { type Hop, NO_PARENT } from "../hops/hop.ts";
import { groupBy } from "../wire/group-by.ts";
import { RouteNames } from "./route.ts";
import { originOf, spansOf, type View } from "./view.ts";

/**
 * A root CLIENT span lost its SERVER parent, or that was never made; prefer open exchanges without a SERVER span. `view.found.unserved` tells one of
 * them, where it can.
 */
export function likelyCauses(hop: Hop, view: View): readonly number[] {
  const told = view.found.unserved.get(hop.index);
  return told === undefined ? (view.found.followed.get(hop.index) ?? unservedCauses(hop, view)) : [told];
}

function unservedCauses(hop: Hop, view: View): readonly number[] {
  if (hop.candidates.length < 2 || !isRootCall(hop, view)) return hop.candidates;
  const unserved = hop.candidates.filter((candidate) => isUnserved(candidate, view));
  return unserved.length > 0 ? unserved : hop.candidates;
}

/** The one hop that must have caused it, as far as anything tells; undefined where several could have. */
export function causeOf(hop: number, view: View): number | undefined {
  const { table, found } = view;
  if (table.parent[hop] !== NO_PARENT && !found.followed.has(hop))
    return table.parentConfidence(hop) >= LIKELY ? table.parent[hop] : undefined;
  if (table.candidates(hop).length === 0 && !found.unserved.has(hop) && !found.followed.has(hop)) return undefined;
  const causes = likelyCauses(table.hop(hop), view);
  return causes.length === 1 ? causes[0] : undefined;
}

const LIKELY = 0.5;

/**
 * Calls whose CLIENT span is a root, by hop index: the request without a SERVER span that caused each. Told only where requests and calls of a route
 * come out even, one call for each request in the order of their starts; anything else leaves several causes open.
 */
export function pairUnserved(view: View): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  if (!view.backend.isWindowSearched || view.diff.index.spans.length === 0) return pairs;
  const routes = new RouteNames(view);
  const open = view.table
    .all()
    .filter((hop) => hop.purpose === "work" && hop.parent === undefined && hop.candidates.length > 0 && isRootCall(hop, view));
  const { naming } = view;
  const groups = groupBy(open, ({ index }) => `${naming.senderOf(index).index} ${naming.receiverOf(index).group} ${routes.of(index)}`);
  for (const calls of groups.values()) for (const [call, request] of pairInOrder(calls, view, routes)) pairs.set(call, request);
  return pairs;
}

function pairInOrder(calls: readonly Hop[], view: View, routes: RouteNames): Map<number, number> {
  const taken = new Map<number, number>();
  const requests = new Set<number>();
  for (const call of calls) {
    const open = call.candidates.filter((candidate) => isUnserved(candidate, view));
    for (const request of open) requests.add(request);
    const first = open.find((request) => !taken.has(request));
    if (first !== undefined) taken.set(first, call.index);
  }
  const causing = new Set([...taken.keys()].map((request) => routes.of(request)));
  const own = [...requests].filter((request) => causing.has(routes.of(request)));
  const isEven = taken.size >= EVEN * calls.length && taken.size >= EVEN * own.length;
  return isEven ? new Map([...taken].map(([request, call]) => [call, request])) : new Map();
}

/** A capture begins and ends in the middle of something. */
const EVEN = 0.9;

function isRootCall(hop: Hop, view: View): boolean {
  if (!view.backend.isWindowSearched) return false;
  const origin = originOf(view, hop);
  return origin.kind === "root" && origin.span.kind === "client";
}

/** It should have a SERVER span, and has none. */
function isUnserved(hop: number, view: View): boolean {
  if (spansOf(view, hop).server !== undefined) return false;
  const { identities } = view.table.hop(hop).reading;
  return identities.length === 0 || identities.some(({ sampled }) => sampled !== false);
}
