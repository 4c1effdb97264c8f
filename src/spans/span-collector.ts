// Every reader hands its spans to a collector, which puts them together by trace and says what makes no sense about them. A span
// is never refused: a broken one may be the very fault that is looked for.

import { MAX_TRACE_WARNINGS, MAX_WARNING_CHARS } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { Interner } from "./interner.ts";
import type { Resource, Span, SpanKind, SpanLink, Trace } from "./span.ts";
import type { Attributes } from "./span-attributes.ts";
import { cut } from "./span-attributes.ts";
import { NO_SPAN_ID, NO_TRACE_ID } from "./span-ids.ts";

/** What a reader returns. `warnings` are about the input as a whole; those about a trace are in the trace. */
export interface SpanReading {
  readonly traces: readonly Trace[];
  readonly warnings: readonly string[];
}

/** A span as its encoding holds it; `undefined` where the value cannot be read. */
export interface SpanDraft {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Zeros: none. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startedAt: Timestamp | undefined;
  readonly endedAt: Timestamp | undefined;
  readonly error: boolean;
  readonly resource: Resource;
  readonly scope: string;
  readonly links: readonly SpanLink[];
  readonly attributes: Attributes;
  /** What the backend wrote about the span. */
  readonly warnings: readonly string[];
}

export const ADJUSTED =
  "Jaeger adjusted this trace before it was read: span ids, parents, times and copies may differ from what was sent. Read it unadjusted (raw_traces=true, or “Trace JSON (unadjusted)” in the UI)";

/** Texts that only Jaeger's clock skew adjuster writes, in the words of 1.x and 2.x. */
const ADJUSTERS_WORDS = /skipping clock skew adjustment|clock skew adjustment (disabled|delta)|timestamps were adjusted/;
/** Ids that Jaeger's shared-span adjuster gives: it counts up from 1. */
const COUNTED_ID = /^0{12}[0-9a-f]{4}$/;

interface Collecting {
  readonly traceId: string;
  readonly spans: Span[];
  readonly said: Set<string>;
  moreSaid: number;
  /** What makes no sense → how often, and the first span of it. */
  readonly odd: Map<string, { count: number; readonly first: string }>;
  adjusted: boolean;
}

export class SpanCollector {
  readonly #traces = new Map<string, Collecting>();
  readonly #interner: Interner;
  readonly #warnings: string[] = [];

  constructor(interner: Interner = new Interner()) {
    this.#interner = interner;
  }

  add(draft: SpanDraft): void {
    const trace = this.#trace(draft.traceId ?? NO_TRACE_ID);
    const span = makeSpan(draft, trace.traceId, this.#interner);
    trace.spans.push(span);
    for (const oddity of oddities(draft)) {
      const known = trace.odd.get(oddity);
      if (known) known.count++;
      else trace.odd.set(oddity, { count: 1, first: span.spanId });
    }
    for (const text of draft.warnings) say(trace, text);
  }

  /** A warning that the backend wrote about the trace as a whole. */
  warnTrace(traceId: string | undefined, text: string): void {
    say(this.#trace(traceId ?? NO_TRACE_ID), text);
  }

  warn(text: string): void {
    if (!this.#warnings.includes(text) && this.#warnings.length < MAX_TRACE_WARNINGS) this.#warnings.push(text);
  }

  finish(): SpanReading {
    const traces: Trace[] = [];
    for (const trace of this.#traces.values()) traces.push({ traceId: trace.traceId, spans: trace.spans, warnings: warningsOf(trace) });
    return { traces, warnings: this.#warnings };
  }

  #trace(traceId: string): Collecting {
    const known = this.#traces.get(traceId);
    if (known) return known;
    const trace: Collecting = { traceId, spans: [], said: new Set(), moreSaid: 0, odd: new Map(), adjusted: false };
    this.#traces.set(traceId, trace);
    return trace;
  }
}

function makeSpan(draft: SpanDraft, traceId: string, interner: Interner): Span {
  const spanId = draft.spanId ?? NO_SPAN_ID;
  const { parentSpanId } = draft;
  const startedAt = draft.startedAt ?? draft.endedAt ?? 0;
  // A span that is its own parent would be a loop to whoever walks up a trace.
  const hasParent = parentSpanId !== undefined && parentSpanId !== NO_SPAN_ID && parentSpanId !== spanId;
  return {
    traceId,
    spanId,
    ...(hasParent && { parentSpanId }),
    name: interner.text(cut(draft.name)),
    kind: draft.kind,
    startedAt,
    endedAt: Math.max(startedAt, draft.endedAt ?? startedAt),
    error: draft.error,
    resource: interner.resource(draft.resource),
    scope: interner.text(cut(draft.scope)),
    links: draft.links,
    attributes: draft.attributes,
  };
}

function* oddities(draft: SpanDraft): Iterable<string> {
  if (draft.traceId === undefined) yield "a trace id that cannot be read";
  else if (draft.traceId === NO_TRACE_ID) yield "a trace id of zeros";
  if (draft.spanId === undefined) yield "a span id that cannot be read";
  else if (draft.spanId === NO_SPAN_ID) yield "a span id of zeros";
  else if (draft.spanId === draft.parentSpanId) yield "itself as parent";
  if (draft.parentSpanId === undefined) yield "a parent id that cannot be read";
  if (!draft.startedAt) yield "no start time";
  else if (draft.endedAt === undefined || draft.endedAt < draft.startedAt) yield "an end before its start";
}

function say(trace: Collecting, text: string): void {
  if (ADJUSTERS_WORDS.test(text)) trace.adjusted = true;
  const short = text.length > MAX_WARNING_CHARS ? `${text.slice(0, MAX_WARNING_CHARS)}…` : text;
  if (short === "" || trace.said.has(short)) return;
  if (trace.said.size < MAX_TRACE_WARNINGS) trace.said.add(short);
  else trace.moreSaid++;
}

function warningsOf(trace: Collecting): readonly string[] {
  const warnings: string[] = [];
  if (trace.adjusted || hasCountedIds(trace.spans)) warnings.push(ADJUSTED);
  for (const [what, { count, first }] of trace.odd) {
    warnings.push(count === 1 ? `span ${first} has ${what}` : `${count} spans have ${what} (the first is ${first})`);
  }
  warnings.push(...trace.said);
  if (trace.moreSaid > 0) warnings.push(`${trace.moreSaid} more warnings of the backend`);
  return warnings;
}

/** The adjuster renames a SERVER span that shared its CLIENT's id and hangs it below that CLIENT. */
function hasCountedIds(spans: readonly Span[]): boolean {
  const renamed = spans.filter((span) => span.kind === "server" && span.parentSpanId && COUNTED_ID.test(span.spanId));
  if (renamed.length === 0) return false;
  const clients = new Set<string>();
  for (const span of spans) if (span.kind === "client") clients.add(span.spanId);
  return renamed.some((span) => span.parentSpanId !== undefined && clients.has(span.parentSpanId));
}
