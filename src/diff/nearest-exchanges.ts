// Spans and exchanges that nothing but time joins: the nearest pairs of all first. Span by span, one whose own exchange no capture shows would take
// another's, and that one's the next.

import type { Hop } from "../hops/hop.ts";
import { spanStatus } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { SECOND } from "../wire/timestamp.ts";
import type { SpanClocks } from "./span-clocks.ts";
import { isReceiving } from "./span-index.ts";

export interface Pair {
  readonly span: Span;
  readonly hop: Hop;
  /** How far they are from having begun, and of a SERVER span from having ended together, µs. */
  readonly distance: number;
}

/** What another answer counts for: more than times do. */
const OTHER_ANSWER_US = SECOND;
/** Of one span; it bounds what many equal requests cost. */
const MAX_NEAREST = 8;

export function nearestOf(span: Span, hops: readonly Hop[], clocks: SpanClocks): Pair[] {
  const pairs = hops.map((hop) => ({ span, hop, distance: distanceOf(span, hop, clocks) }));
  return pairs.sort((a, b) => a.distance - b.distance).slice(0, MAX_NEAREST);
}

export function nearestFirst(pairs: Pair[]): Pair[] {
  return pairs.sort((a, b) => a.distance - b.distance || a.hop.index - b.hop.index);
}

/** Both tell what was answered, and not the same. Whatever stands between may have changed it. */
function isOtherAnswer(span: Span, { status }: Hop): boolean {
  const told = spanStatus(span);
  return status !== undefined && told !== undefined && told !== status;
}

/** A CLIENT span may end long after the answer: when somebody has read it. */
function distanceOf(span: Span, hop: Hop, clocks: SpanClocks): number {
  const start = clocks.startAt(span, hop);
  const early = Math.abs(start - hop.startedAt) + (isOtherAnswer(span, hop) ? OTHER_ANSWER_US : 0);
  if (!isReceiving(span) || hop.endedAt === undefined) return early;
  return early + Math.abs(start + (span.endedAt - span.startedAt) - hop.endedAt);
}
