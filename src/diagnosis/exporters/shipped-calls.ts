// What exports say of calls whose spans never arrived: the sender's CLIENT span is not in the backend, but it was on its way there.

import type { Hop } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import type { ExportedSpan } from "../../protocols/observation.ts";
import type { View } from "../view.ts";

/** Ids of all spans that exchanges name, by view: made when a call's spans are first looked for in exports. */
const namedSpans = new WeakMap<View, ReadonlySet<string>>();

/**
 * Whether the sender made a CLIENT span for a call of `request` that went out without it: one of this trace that no exchange names. Undefined where its
 * exports show nothing of the request.
 */
export function isCallShipped(request: Hop, sender: Workload, view: View): boolean | undefined {
  if (!isRequestShipped(request, view)) return undefined;
  namedSpans.set(view, namedSpans.get(view) ?? spansOnWire(view));
  const named = namedSpans.get(view)!;
  return request.traceIds.some((traceId) =>
    shippedBy(sender, traceId, view).some(({ kind, spanId }) => kind === "client" && !named.has(traceId + spanId)),
  );
}

/** Whether the SERVER span of a request was in an export. */
export function isRequestShipped({ reading }: Hop, { exporters }: View): boolean {
  return reading.identities.some(({ traceId, spanId }) => exporters.shipped.serversOf(traceId, spanId).length > 0);
}

/** Whether the trace that a call goes on in was begun by its own CLIENT span. */
export function isShippedRoot({ reading }: Hop, sender: Workload, view: View): boolean {
  return reading.identities.some(({ traceId, spanId }) =>
    shippedBy(sender, traceId, view).some((span) => span.spanId === spanId && span.kind === "client" && span.parentSpanId === undefined),
  );
}

function shippedBy(sender: Workload, traceId: string, { exporters }: View): ExportedSpan[] {
  return exporters.shipped.ofTrace(traceId).flatMap(({ span, export: of }) => (exporters.isExportOf(sender, of) ? [span] : []));
}

function spansOnWire({ table }: View): ReadonlySet<string> {
  const named = new Set<string>();
  for (let hop = 0; hop < table.size; hop++)
    for (const { traceId, spanId } of table.hop(hop).reading.identities) named.add(traceId + spanId);
  return named;
}
