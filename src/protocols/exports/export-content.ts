// What the body of an export says, and the list in which readers of every encoding put their spans.

import { Interner } from "../../spans/interner.ts";
import type { Resource, SpanKind } from "../../spans/span.ts";
import { NO_SPAN_ID, NO_TRACE_ID } from "../../spans/span-ids.ts";
import { LimitReached, Malformed, Truncated } from "../../wire/byte-reader.ts";
import { MAX_SPAN_GROUPS_PER_EXPORT, MAX_SPAN_NAME_CHARS, MAX_SPANS_PER_EXPORT } from "../../wire/limits.ts";
import type { ExportedSpan } from "../observation.ts";

export interface ExportContent {
  readonly spans: readonly ExportedSpan[];
  readonly spanCount: number;
  /** Why it was not read to its end. */
  readonly unread: string | undefined;
  /** True where a cap is why. */
  readonly isLimited?: true;
}

/** A span as its encoding holds it; an id is undefined where it cannot be read. */
export interface ReadSpan {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly resource: Resource;
}

export class SpanList {
  readonly spans: ExportedSpan[] = [];
  count = 0;
  #groups = 0;
  readonly #interner = new Interner();

  /** Further spans are counted, and need not be read for it. */
  get isFull(): boolean {
    return this.count >= MAX_SPANS_PER_EXPORT;
  }

  skip(): void {
    this.count++;
  }

  /** MUST be called for each ResourceSpans and ScopeSpans: empty ones are two bytes each. Throws `LimitReached`. */
  group(): void {
    if (++this.#groups > MAX_SPAN_GROUPS_PER_EXPORT)
      throw new LimitReached(`it holds more than ${MAX_SPAN_GROUPS_PER_EXPORT} ResourceSpans and ScopeSpans`);
  }

  add({ traceId, spanId, parentSpanId, name, kind, resource }: ReadSpan): void {
    if (++this.count > MAX_SPANS_PER_EXPORT) return;
    this.spans.push({
      traceId: traceId ?? NO_TRACE_ID,
      spanId: spanId ?? NO_SPAN_ID,
      parentSpanId: parentSpanId === NO_SPAN_ID ? undefined : parentSpanId,
      name: this.#interner.text(name.length > MAX_SPAN_NAME_CHARS ? name.slice(0, MAX_SPAN_NAME_CHARS) : name),
      kind,
      resource: this.#interner.resource(resource),
    });
  }
}

/** Runs a reader that throws `Truncated`, `Malformed` or `LimitReached` where it cannot go on: what it has read before counts. */
export function collectSpans(read: (into: SpanList) => void): ExportContent {
  const list = new SpanList();
  let unread: string | undefined;
  try {
    read(list);
  } catch (error) {
    if (error instanceof LimitReached) return { spans: list.spans, spanCount: list.count, unread: error.message, isLimited: true };
    if (!(error instanceof Truncated || error instanceof Malformed)) throw error;
    unread = error instanceof Truncated ? "it ends before its encoding does" : error.message;
  }
  return { spans: list.spans, spanCount: list.count, unread };
}
