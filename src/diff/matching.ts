// Which span was found to be which exchange so far: the first to be told of either keeps it.

import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { Span } from "../spans/span.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { addTo } from "../wire/group-by.ts";
import type { SpanIndex } from "./span-index.ts";
import type { HopSpans, MatchReason } from "./trace-diff.ts";
import { WireObjections } from "./wire-objections.ts";

export class Matching {
  readonly table: HopTable;
  readonly index: SpanIndex;
  readonly matches = new Map<number, HopSpans>();
  readonly hopOf = new Map<Span, number>();
  readonly objections: WireObjections;
  /** By kind: those that were left when they were last asked for. */
  readonly #open = new Map<(span: Span) => boolean, readonly Span[]>();

  constructor(table: HopTable, index: SpanIndex) {
    this.table = table;
    this.index = index;
    this.objections = new WireObjections(table, index);
  }

  of(hop: Hop): HopSpans {
    const known = this.matches.get(hop.index) ?? {};
    this.matches.set(hop.index, known);
    return known;
  }

  server(hop: Hop, span: Span, by: MatchReason): void {
    const spans = this.of(hop);
    if (spans.server !== undefined || this.hopOf.has(span)) return;
    spans.server = span;
    spans.serverBy = by;
    this.hopOf.set(span, hop.index);
  }

  client(hop: Hop, span: Span, by: MatchReason): void {
    const spans = this.of(hop);
    if (spans.client !== undefined || this.hopOf.has(span)) return;
    spans.client = span;
    spans.clientBy = by;
    this.hopOf.set(span, hop.index);
  }

  /** Spans of a kind that no exchange has yet, in the order of their starts. */
  unmatched(kind: (span: Span) => boolean): readonly Span[] {
    const isOpen = (span: Span) => !this.hopOf.has(span);
    const known = this.#open.get(kind);
    // What was found meanwhile is not looked through again.
    const left =
      known?.filter(isOpen) ?? this.index.spans.filter((span) => kind(span) && isOpen(span)).sort((a, b) => a.startedAt - b.startedAt);
    this.#open.set(kind, left);
    return left;
  }
}

/** By the ends that the sender has in any capture, each hop once at a key. */
export function byEnds<Key>(hops: readonly Hop[], keyOf: (end: Endpoint) => Key): Map<Key, Hop[]> {
  const byKey = new Map<Key, Hop[]>();
  for (const hop of hops) for (const key of new Set(hop.clients.map(keyOf))) addTo(byKey, key, hop);
  return byKey;
}
