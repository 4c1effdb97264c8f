// Contexts that the capture hides and that spans tell of: a SERVER span that continues another service's trace was begun from one that came in, and who
// makes no spans and sends on a CLIENT span's context got it with that span's request.

import { NO_PARENT } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { addTo } from "../wire/group-by.ts";
import type { EdgeTally, Tally } from "./tally.ts";
import type { View } from "./view.ts";

/** Counts them on their edges, as `toldBySpans`, never more than the exchanges that could not be observed there. */
export function tellContexts(tally: Tally, view: View): void {
  const hidden = [...tally.edges.values()].filter(({ notObservable }) => notObservable > 0);
  if (hidden.length === 0) return;
  const { index } = view.diff;
  const byServices = new Map<string, EdgeTally[]>();
  for (const edge of hidden) addTo(byServices, servicesKey(edge.from.service, edge.to.service), edge);
  const copied = copiedRequests(view);
  for (const request of copied) countOn(edgesOf(request, tally, view));
  for (const span of index.spans) {
    if (!index.continuesAnother(span)) continue;
    const parent = index.parentOf(span);
    if (parent !== undefined && copied.has(view.diff.hopOf.get(parent) ?? NO_PARENT)) continue;
    const service = parent?.resource.service;
    const edges =
      edgesOfSpan(span, tally, view) ?? (service === undefined ? [] : byServices.get(servicesKey(service, span.resource.service)));
    countOn(edges);
  }
}

function countOn(edges: readonly EdgeTally[] | undefined): void {
  const edge = edges?.find(({ toldBySpans, notObservable }) => toldBySpans < notObservable);
  if (edge !== undefined) edge.toldBySpans++;
}

/** Hops without a SERVER span whose contexts the capture hides, and which went on unchanged. */
function copiedRequests({ table, diff }: View): ReadonlySet<number> {
  const requests = new Set<number>();
  for (let hop = 0; hop < table.size; hop++) {
    const request = table.parent[hop]!;
    if (request === NO_PARENT || table.because(hop) !== "forwarded unchanged") continue;
    const isHidden = !table.exchanges.readings.hasContext(table.row[request]!);
    if (isHidden && diff.matches.get(request)?.server === undefined) requests.add(request);
  }
  return requests;
}

/** None where the wire shows what the exchange of the span carried; undefined where nobody knows which exchange it is of. */
function edgesOfSpan(span: Span, tally: Tally, view: View): readonly EdgeTally[] | undefined {
  const hop = view.diff.hopOf.get(span);
  return hop === undefined ? undefined : edgesOf(hop, tally, view);
}

function edgesOf(hop: number, tally: Tally, { table, naming }: View): readonly EdgeTally[] {
  const { observed, reading } = table.hop(hop);
  if (observed === "full" || reading.identities.length > 0) return [];
  const edge = tally.edgeOf(naming.senderOf(hop), naming.receiverOf(hop));
  return edge === undefined ? [] : [edge];
}

function servicesKey(from: string | undefined, to: string | undefined): string {
  return `${from}\n${to}`;
}
