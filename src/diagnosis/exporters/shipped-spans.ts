// The spans of all captured exports, by id. Made when the first span is looked for: of a run without missing spans nothing is indexed.

import type { ExportedSpan, SpanExport } from "../../protocols/observation.ts";

/** A span, and one of the exports that carried it. */
export interface Shipment {
  readonly span: ExportedSpan;
  readonly export: SpanExport;
}

export class ShippedSpans {
  /** By trace and span. */
  readonly #byId = new Map<string, Shipment[]>();
  /** Those that began with a request, by trace and parent. */
  readonly #received = new Map<string, Shipment[]>();
  readonly #byTrace = new Map<string, Shipment[]>();

  constructor(exports: readonly SpanExport[]) {
    for (const of of exports) {
      for (const span of of.spans) {
        const shipment = { span, export: of };
        add(this.#byId, span.traceId + span.spanId, shipment);
        add(this.#byTrace, span.traceId, shipment);
        if (span.parentSpanId !== undefined && isReceived(span)) add(this.#received, span.traceId + span.parentSpanId, shipment);
      }
    }
  }

  has(traceId: string, spanId: string): boolean {
    return this.#byId.has(traceId + spanId);
  }

  /** SERVER spans that were begun from this context: its children, and one that shares its id (B3). Each as often as it was sent. */
  serversOf(traceId: string, spanId: string): readonly Shipment[] {
    const shared = (this.#byId.get(traceId + spanId) ?? []).filter(({ span }) => isReceived(span));
    return [...(this.#received.get(traceId + spanId) ?? []), ...shared];
  }

  ofTrace(traceId: string): readonly Shipment[] {
    return this.#byTrace.get(traceId) ?? [];
  }
}

/** Begun with a request. */
export function isReceived({ kind }: ExportedSpan): boolean {
  return kind === "server" || kind === "consumer";
}

function add(map: Map<string, Shipment[]>, key: string, shipment: Shipment): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [shipment]);
  else known.push(shipment);
}
