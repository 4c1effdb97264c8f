// Spans by the trace id and the span id that are looked for, one of their own or of what they hang below. The span id alone tells nearly all of them
// apart: a key made of both would be written, hashed and compared at every question.

import type { Span } from "../spans/span.ts";
import { addTo, groupBy } from "../wire/group-by.ts";

/** Of one span id; where tracers count up from one, more share it, and have keys made of both ids. */
const MAX_LOOKED_THROUGH = 8;

const NO_SPANS: readonly Span[] = [];

export class SpansById {
  readonly #bySpanId: ReadonlyMap<string, readonly Span[]>;
  readonly #byBoth = new Map<string, Span[]>();
  readonly #traceIdOf: (span: Span) => string;

  /** `traceIdOf`: as it is looked for. */
  constructor(spans: readonly Span[], traceIdOf: (span: Span) => string, spanIdOf: (span: Span) => string) {
    const bySpanId = groupBy(spans, spanIdOf);
    for (const [spanId, alike] of bySpanId) {
      if (alike.length <= MAX_LOOKED_THROUGH) continue;
      for (const span of alike) addTo(this.#byBoth, traceIdOf(span) + spanId, span);
    }
    this.#bySpanId = bySpanId;
    this.#traceIdOf = traceIdOf;
  }

  /** In the order in which they were given. */
  of(traceId: string, spanId: string): readonly Span[] {
    const alike = this.#bySpanId.get(spanId);
    if (alike === undefined) return NO_SPANS;
    if (alike.length > MAX_LOOKED_THROUGH) return this.#byBoth.get(traceId + spanId) ?? NO_SPANS;
    if (alike.every((span) => this.#traceIdOf(span) === traceId)) return alike;
    return alike.filter((span) => this.#traceIdOf(span) === traceId);
  }
}
