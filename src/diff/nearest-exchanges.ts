// Spans and exchanges that nothing but time joins: the nearest pairs of all first. Span by span, one whose own exchange no capture shows would take
// another's, and that one's the next.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import type { SpanClocks } from "./span-clocks.ts";

export interface Pair {
  readonly span: Span;
  readonly hop: Hop;
  /** Between their starts, µs. */
  readonly distance: number;
}

/** Of one span; it bounds what many equal requests cost. */
const MAX_NEAREST = 8;

export function nearestOf(span: Span, hops: readonly Hop[], clocks: SpanClocks): Pair[] {
  const pairs = hops.map((hop) => ({ span, hop, distance: Math.abs(clocks.startAt(span, hop) - hop.startedAt) }));
  return pairs.sort((a, b) => a.distance - b.distance).slice(0, MAX_NEAREST);
}

export function nearestFirst(pairs: Pair[]): Pair[] {
  return pairs.sort((a, b) => a.distance - b.distance || a.hop.index - b.hop.index);
}
