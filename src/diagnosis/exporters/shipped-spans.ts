// The spans of all captured exports, by id. Made when the first span is looked for: of a run without missing spans nothing is indexed.

import type { ExportedSpan, SpanExport } from "../../protocols/observation.ts";
import { groupBy } from "../../wire/group-by.ts";

/** A span, and one of the exports that carried it. */
export interface Shipment {
  readonly span: ExportedSpan;
  readonly export: SpanExport;
}

export class ShippedSpans {
  /** By trace and span. */
  readonly #byId: ReadonlyMap<string, readonly Shipment[]>;
  /** Those that began with a request, by trace and parent. */
  readonly #received: ReadonlyMap<string, readonly Shipment[]>;
  readonly #byTrace: ReadonlyMap<string, readonly Shipment[]>;

  constructor(exports: readonly SpanExport[]) {
    const all = exports.flatMap((of) => of.spans.map((span) => ({ span, export: of })));
    this.#byId = groupBy(all, ({ span }) => span.traceId + span.spanId);
    this.#byTrace = groupBy(all, ({ span }) => span.traceId);
    const received = all.filter(({ span }) => span.parentSpanId !== undefined && isReceived(span));
    this.#received = groupBy(received, ({ span }) => span.traceId + span.parentSpanId);
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
