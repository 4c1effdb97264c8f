// Hops by the contexts that spans speak of. Of a large capture that are few, and no other is made an object.

import { hexWord } from "../hops/hex-words.ts";
import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { addTo } from "../wire/group-by.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { PairTable } from "../wire/pair-table.ts";
import type { SpanIndex } from "./span-index.ts";

export class HopsByContext {
  readonly #byContext: ReadonlyMap<string, readonly Hop[]>;
  /** Indices of hops whose context names a span that the backend has, ascending. */
  readonly namingSpans: readonly number[];

  constructor(table: HopTable, index: SpanIndex) {
    const spoken = spanIdsIn(index);
    const byContext = new Map<string, Hop[]>();
    const namingSpans: number[] = [];
    const { readings } = table.exchanges;
    for (let hop = 0; hop < table.size; hop++) {
      const row = table.row[hop]!;
      let isNaming = false;
      for (let identity = readings.first(row); identity < readings.end(row); identity++) {
        if (!readings.identities.isSpanIdIn(identity, spoken)) continue;
        const [traceId, spanId] = [readings.identities.traceId(identity), readings.identities.spanId(identity)];
        addTo(byContext, traceId + spanId, table.hop(hop));
        isNaming ||= index.byId(traceId, spanId).length > 0;
      }
      if (isNaming) namingSpans.push(hop);
    }
    this.#byContext = byContext;
    this.namingSpans = namingSpans;
  }

  /** In the order of hops. */
  of(traceId: string, spanId: string): readonly Hop[] {
    return this.#byContext.get(traceId + spanId) ?? NO_HOPS;
  }

  /** Every context that a span, its parent or a link may be of. */
  *contexts(): Iterable<readonly [traceId: string, spanId: string, hops: readonly Hop[]]> {
    for (const [key, hops] of this.#byContext) yield [key.slice(0, TRACE_ID_DIGITS), key.slice(TRACE_ID_DIGITS), hops];
  }
}

const NO_HOPS: readonly Hop[] = [];

/** Of the spans themselves, of their parents and of what they link to. */
function spanIdsIn({ spans }: SpanIndex): PairTable {
  const ids = new PairTable(spans.length * 2);
  const put = (spanId: string) => {
    if (spanId.length === SPAN_ID_DIGITS) ids.set(hexWord(spanId, 0), hexWord(spanId, SPAN_ID_DIGITS / 2), 1);
  };
  for (const { spanId, parentSpanId, links } of spans) {
    put(spanId);
    if (parentSpanId !== undefined) put(parentSpanId);
    for (const link of links) put(link.spanId);
  }
  return ids;
}
