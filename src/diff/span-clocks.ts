// What the clocks that stamped spans show against the clock of the run, told by spans that are matched for sure.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND, SECOND, type Timestamp } from "../wire/timestamp.ts";
import type { HopSpans } from "./trace-diff.ts";

/** A span may begin before its request is on the wire and end after the answer: scheduling, buffering, clock error. */
const SLACK_US = 25 * MILLISECOND;
/** Fewer of one vantage point say nothing against those of others. */
const MIN_SAMPLES = 5;
/** The same for a service whose clock nothing has aligned. */
const UNALIGNED_SLACK_US = 2 * SECOND;

export interface SpanClocks {
  /** By service: µs that its spans start after their exchanges. */
  readonly byService: ReadonlyMap<string, number>;
  /** The median of all: what a service that nothing has aligned most likely shows, too, since captures' clocks differ from all of them alike. */
  readonly usual: number;
}

export function estimateSpanClocks(hops: readonly Hop[], matches: ReadonlyMap<number, HopSpans>): SpanClocks {
  /** By service, then by vantage point. */
  const samples = new Map<string, Map<number, number[]>>();
  for (const hop of hops) {
    const { server, client } = matches.get(hop.index) ?? {};
    for (const span of [server, client]) {
      if (span === undefined) continue;
      const ofService = samples.get(span.resource.service) ?? new Map<number, number[]>();
      samples.set(span.resource.service, ofService);
      const vantage = hop.sightings[0]?.vantage ?? 0;
      const known = ofService.get(vantage) ?? [];
      ofService.set(vantage, known);
      known.push(span.startedAt - hop.startedAt);
    }
  }
  const byService = new Map(
    [...samples].flatMap(([service, ofService]) => (isOneClock(ofService) ? [[service, median([...ofService.values()].flat())]] : [])),
  );
  return { byService, usual: byService.size === 0 ? 0 : median([...byService.values()]) };
}

/** Captures that share no exchange tell times of their own: where they disagree about a service, nothing has aligned it. */
function isOneClock(byVantage: ReadonlyMap<number, readonly number[]>): boolean {
  const medians = [...byVantage.values()].filter(({ length }) => length >= MIN_SAMPLES).map(median);
  return medians.length < 2 || Math.max(...medians) - Math.min(...medians) <= SLACK_US;
}

/** On the clock of the run. */
export function startOf(span: Span, { byService, usual }: SpanClocks): Timestamp {
  return span.startedAt - (byService.get(span.resource.service) ?? usual);
}

/** How far the times of a span and of its exchange may lie apart, µs. */
export function slackOf(span: Span, { byService }: SpanClocks): number {
  return byService.has(span.resource.service) ? SLACK_US : UNALIGNED_SLACK_US;
}
