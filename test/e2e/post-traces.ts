// Recorded OTLP JSON → OTLP/HTTP.

import { isObject, type JsonObject, objectsIn } from "../../src/spans/json-value.ts";

/** Go's HTTP servers for OTLP take more, gRPC's limit is 4 MiB; small requests serve both. */
const MAX_BODY = 3_000_000;

/** Posts a TracesData document, or api_v3's `{"result": …}`, in pieces. */
export async function postTraces(otlp: string, document: unknown): Promise<void> {
  for (const resourceSpans of pieces(document)) {
    const response = await fetch(`http://${otlp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans }),
    });
    const answer = await response.text();
    if (response.status !== 200 || /rejectedSpans/.test(answer)) throw new Error(`OTLP answered ${response.status}: ${answer}`);
  }
}

function* pieces(document: unknown): Iterable<readonly JsonObject[]> {
  const inner = isObject(document) && isObject(document.result) ? document.result : document;
  let piece: JsonObject[] = [];
  let size = 0;
  for (const entry of objectsIn(isObject(inner) ? inner.resourceSpans : undefined)) {
    refuseZeroIds(entry);
    const length = JSON.stringify(entry).length;
    if (size + length > MAX_BODY && piece.length > 0) {
      yield piece;
      piece = [];
      size = 0;
    }
    piece.push(entry);
    size += length;
  }
  if (piece.length > 0) yield piece;
}

/** One stored span with a zero trace id hides all traces before it from every search (Jaeger 2.13, memory). */
function refuseZeroIds(entry: JsonObject): void {
  for (const scope of objectsIn(entry.scopeSpans)) {
    for (const span of objectsIn(scope.spans)) {
      if (typeof span.traceId !== "string" || /^0*$/.test(span.traceId)) throw new Error("a span without a trace id must not be posted");
    }
  }
}
