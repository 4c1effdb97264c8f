// Spans by id, by parent, and by what they are about.

import { SPAN_ID_DIGITS } from "../propagation/hex.ts";
import type { Span, Trace } from "../spans/span.ts";

export class SpanIndex {
  readonly spans: readonly Span[];
  readonly #byId = new Map<string, Span[]>();
  readonly #byParent = new Map<string, Span[]>();
  /** CLIENT and PRODUCER spans, by the lower half of their trace id and their own. */
  readonly #sendersByHalf = new Map<string, Span[]>();
  readonly #traces = new Set<string>();

  constructor(traces: readonly Trace[]) {
    this.spans = traces.flatMap((trace) => trace.spans);
    for (const span of this.spans) {
      this.#traces.add(span.traceId);
      add(this.#byId, key(span.traceId, span.spanId), span);
      if (isSending(span)) add(this.#sendersByHalf, key(lowerHalf(span.traceId), span.spanId), span);
      if (span.parentSpanId !== undefined) add(this.#byParent, key(span.traceId, span.parentSpanId), span);
    }
  }

  get traceIds(): ReadonlySet<string> {
    return this.#traces;
  }

  hasTrace(traceId: string): boolean {
    return this.#traces.has(traceId);
  }

  /** B3 lets a CLIENT and its SERVER span share one id, so there may be two. */
  byId(traceId: string, spanId: string): readonly Span[] {
    return this.#byId.get(key(traceId, spanId)) ?? [];
  }

  /** The CLIENT or PRODUCER span that a context names, also where the sender has shortened the trace id on the way out. */
  senderOf(traceId: string, spanId: string): Span | undefined {
    const exact = this.byId(traceId, spanId).find(isSending);
    if (exact !== undefined) return exact;
    const [only, another] = this.#sendersByHalf.get(key(lowerHalf(traceId), spanId)) ?? [];
    return another === undefined ? only : undefined;
  }

  childrenOf(traceId: string, spanId: string): readonly Span[] {
    return this.#byParent.get(key(traceId, spanId)) ?? [];
  }

  parentOf(span: Span): Span | undefined {
    if (span.parentSpanId === undefined) return undefined;
    const parents = this.byId(span.traceId, span.parentSpanId);
    return parents.find((parent) => parent !== span && parent.kind === "client") ?? parents.find((parent) => parent !== span);
  }

  /** SERVER (or CONSUMER) spans that were started from this context: its children, and one that shares its id (B3). */
  serversOf(traceId: string, spanId: string): Span[] {
    return [...this.childrenOf(traceId, spanId), ...this.byId(traceId, spanId)].filter(isReceiving);
  }
}

export function isReceiving(span: Span): boolean {
  return span.kind === "server" || span.kind === "consumer";
}

export function isSending(span: Span): boolean {
  return span.kind === "client" || span.kind === "producer";
}

function lowerHalf(traceId: string): string {
  return traceId.slice(SPAN_ID_DIGITS);
}

function key(traceId: string, spanId: string): string {
  return traceId + spanId;
}

function add(map: Map<string, Span[]>, at: string, span: Span): void {
  const known = map.get(at);
  if (known === undefined) map.set(at, [span]);
  else known.push(span);
}
