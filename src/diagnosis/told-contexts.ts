// Contexts that the capture hides and that spans tell of: a SERVER span that continues another service's trace was begun from one that came in.

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
  for (const span of index.spans) {
    if (!index.continuesAnother(span)) continue;
    const service = index.parentOf(span)?.resource.service;
    const edges =
      edgesOfHop(span, tally, view) ?? (service === undefined ? [] : byServices.get(servicesKey(service, span.resource.service)));
    const edge = edges?.find(({ toldBySpans, notObservable }) => toldBySpans < notObservable);
    if (edge !== undefined) edge.toldBySpans++;
  }
}

/** None where the wire shows what the exchange of the span carried; undefined where nobody knows which exchange it is of. */
function edgesOfHop(span: Span, tally: Tally, { diff, table, naming }: View): readonly EdgeTally[] | undefined {
  const hop = diff.hopOf.get(span);
  if (hop === undefined) return undefined;
  const { observed, reading } = table.hop(hop);
  if (observed === "full" || reading.identities.length > 0) return [];
  const edge = tally.edgeOf(naming.senderOf(hop), naming.receiverOf(hop));
  return edge === undefined ? [] : [edge];
}

function servicesKey(from: string | undefined, to: string | undefined): string {
  return `${from}\n${to}`;
}
