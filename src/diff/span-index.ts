// Spans by id, by parent, and by what they are about.

import type { Span, Trace } from "../spans/span.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { SpansById } from "./spans-by-id.ts";

export class SpanIndex {
  readonly spans: readonly Span[];
  readonly #byId: SpansById;
  readonly #byParent: SpansById;
  /** CLIENT and PRODUCER spans, by the lower half of their trace id and their own. */
  readonly #sendersByHalf: SpansById;
  readonly #traces: ReadonlySet<string>;
  #services: ReadonlySet<string> | undefined;

  constructor(traces: readonly Trace[]) {
    this.spans = traces.flatMap((trace) => trace.spans);
    this.#traces = new Set(this.spans.map(({ traceId }) => traceId));
    const traceIdOf = ({ traceId }: Span) => traceId;
    const spanIdOf = ({ spanId }: Span) => spanId;
    this.#byId = new SpansById(this.spans, traceIdOf, spanIdOf);
    this.#sendersByHalf = new SpansById(this.spans.filter(isSending), ({ traceId }) => lowerHalf(traceId), spanIdOf);
    const children = this.spans.filter(({ parentSpanId }) => parentSpanId !== undefined);
    this.#byParent = new SpansById(children, traceIdOf, ({ parentSpanId }) => parentSpanId!);
  }

  /** Names of the services that made them. */
  get services(): ReadonlySet<string> {
    this.#services ??= new Set(this.spans.map(({ resource }) => resource.service));
    return this.#services;
  }

  get traceIds(): ReadonlySet<string> {
    return this.#traces;
  }

  hasTrace(traceId: string): boolean {
    return this.#traces.has(traceId);
  }

  /** B3 lets a CLIENT and its SERVER span share one id, so there may be two. */
  byId(traceId: string, spanId: string): readonly Span[] {
    return this.#byId.of(traceId, spanId);
  }

  /** The CLIENT or PRODUCER span that a context names, also where the sender has shortened the trace id on the way out. */
  senderOf(traceId: string, spanId: string): Span | undefined {
    const exact = this.byId(traceId, spanId).find(isSending);
    if (exact !== undefined) return exact;
    const [only, another] = this.#sendersByHalf.of(lowerHalf(traceId), spanId);
    return another === undefined ? only : undefined;
  }

  /** Whether a SERVER span was begun from a context that came in: its parent is a span of another service, or one that the backend does not hold. */
  continuesAnother(span: Span): boolean {
    if (!isReceiving(span) || span.parentSpanId === undefined) return false;
    return this.parentOf(span)?.resource.service !== span.resource.service;
  }

  childrenOf(traceId: string, spanId: string): readonly Span[] {
    return this.#byParent.of(traceId, spanId);
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

  /** Those of the trace that the low 64 bits name, where the whole id has one, too: somebody on the way to them cut the id. */
  shortenedServersOf(traceId: string, spanId: string): Span[] {
    const short = lowerHalf(traceId).padStart(TRACE_ID_DIGITS, "0");
    return short === traceId || !this.hasTrace(traceId) ? [] : this.childrenOf(short, spanId).filter(isReceiving);
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
