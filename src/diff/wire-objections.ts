// What the wire has to say against a span that time and name would give to an exchange.

import type { Hop } from "../hops/hop.ts";
import { isSameTrace } from "../propagation/same-trace.ts";
import type { Span } from "../spans/span.ts";
import { isReceiving, type SpanIndex } from "./span-index.ts";

type Receivers = Map<string, Set<Hop["receiver"]>>;

export class WireObjections {
  readonly #hops: readonly Hop[];
  readonly #index: SpanIndex;
  #receivers: Receivers | undefined;

  constructor(hops: readonly Hop[], index: SpanIndex) {
    this.#hops = hops;
    this.#index = index;
  }

  /** Whether the exchange cannot be the one that `span`, a CLIENT span, is about. */
  toClient(span: Span, hop: Hop): boolean {
    // Its context arrived: a head that is seen whole would hold it.
    if (hop.observed === "full" && this.#index.childrenOf(span.traceId, span.spanId).some(isReceiving)) return true;
    // Who makes a CLIENT span sends its context, or none; another trace was begun on the way.
    return hop.traceIds.length > 0 && !hop.traceIds.some((traceId) => isSameTrace({ traceId }, span));
  }

  /** Whether the exchange cannot be where `span`, a SERVER span, began. */
  toServer(span: Span, hop: Hop): boolean {
    // Its parent is known, and a head that is seen whole would name it.
    if (hop.observed === "full" && this.#index.parentOf(span) !== undefined) return true;
    // What a receiver begins although it is in a trace does not come in to it: somebody before began that.
    const { traceIds, receiver } = hop;
    return traceIds.length > 0 && !traceIds.includes(span.traceId) && this.#receiversOf(span.traceId)?.has(receiver) === true;
  }

  /** Receivers of the exchanges that carry a trace; gathered when a span is first asked of. */
  #receiversOf(trace: string): ReadonlySet<Hop["receiver"]> | undefined {
    this.#receivers ??= receiversByTrace(this.#hops);
    return this.#receivers.get(trace);
  }
}

function receiversByTrace(hops: readonly Hop[]): Receivers {
  const receivers: Receivers = new Map();
  for (const { traceIds, receiver } of hops)
    for (const traceId of traceIds) receivers.set(traceId, (receivers.get(traceId) ?? new Set()).add(receiver));
  return receivers;
}
