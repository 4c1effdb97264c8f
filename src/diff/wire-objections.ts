// What the wire has to say against a span that time and name would give to an exchange.

import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { isSameTrace } from "../propagation/same-trace.ts";
import type { Span } from "../spans/span.ts";
import { isReceiving, type SpanIndex } from "./span-index.ts";

type Receivers = ReadonlyMap<number, ReadonlySet<Hop["receiver"]>>;

export class WireObjections {
  readonly #table: HopTable;
  readonly #index: SpanIndex;
  #receivers: Receivers | undefined;

  constructor(table: HopTable, index: SpanIndex) {
    this.#table = table;
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
    this.#receivers ??= receiversByTrace(this.#table, this.#index);
    return this.#receivers.get(this.#table.exchanges.identities.traceIds.find(trace));
  }
}

/** By number of those traces on the wire that spans are of. */
function receiversByTrace({ size, row, receiver, places, exchanges }: HopTable, { traceIds }: SpanIndex): Receivers {
  const { readings, identities } = exchanges;
  const receivers = new Map<number, Set<Hop["receiver"]>>();
  for (const traceId of traceIds) {
    const trace = identities.traceIds.find(traceId);
    if (trace >= 0) receivers.set(trace, new Set());
  }
  for (let hop = 0; hop < size; hop++) {
    for (let own = readings.first(row[hop]!); own < readings.end(row[hop]!); own++)
      receivers.get(identities.trace[own]!)?.add(places.values[receiver[hop]!]!);
  }
  return receivers;
}
