// What the clocks that stamped spans show against the clock of the run, told by spans that are matched for sure.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND, SECOND, type Timestamp } from "../wire/timestamp.ts";
import type { HopSpans } from "./trace-diff.ts";

/** A span may begin before its request is on the wire and end after the answer: scheduling, buffering, clock error. */
const SLACK_US = 25 * MILLISECOND;
/** The same for a service whose clock nothing has aligned. */
const UNALIGNED_SLACK_US = 2 * SECOND;

export interface SpanClocks {
  /** By service: µs that its spans start after their exchanges. */
  readonly byService: ReadonlyMap<string, number>;
  /** The median of all: what a service that nothing has aligned most likely shows, too, since captures' clocks differ from all of them alike. */
  readonly usual: number;
}

export function estimateSpanClocks(hops: readonly Hop[], matches: ReadonlyMap<number, HopSpans>): SpanClocks {
  const samples = new Map<string, number[]>();
  for (const hop of hops) {
    const { server, client } = matches.get(hop.index) ?? {};
    for (const span of [server, client]) {
      if (span === undefined) continue;
      const known = samples.get(span.resource.service) ?? [];
      known.push(span.startedAt - hop.startedAt);
      samples.set(span.resource.service, known);
    }
  }
  const byService = new Map([...samples].map(([service, differences]) => [service, median(differences)]));
  return { byService, usual: byService.size === 0 ? 0 : median([...byService.values()]) };
}

/** On the clock of the run. */
export function startOf(span: Span, { byService, usual }: SpanClocks): Timestamp {
  return span.startedAt - (byService.get(span.resource.service) ?? usual);
}

/** How far the times of a span and of its exchange may lie apart, µs. */
export function slackOf(span: Span, { byService }: SpanClocks): number {
  return byService.has(span.resource.service) ? SLACK_US : UNALIGNED_SLACK_US;
}
