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

/** µs that spans start after their exchanges. */
interface Offsets {
  readonly byService: ReadonlyMap<string, number>;
  /** The median of all: what a service that nothing has aligned most likely shows, too, since captures' clocks differ from all of them alike. */
  readonly usual: number;
}

export class SpanClocks {
  readonly #run: Offsets;
  /** By vantage point, where captures that share no exchange tell times of their own. */
  readonly #byVantage: ReadonlyMap<number, Offsets>;

  constructor(run: Offsets, byVantage: ReadonlyMap<number, Offsets> = new Map()) {
    this.#run = run;
    this.#byVantage = byVantage;
  }

  get byService(): ReadonlyMap<string, number> {
    return this.#run.byService;
  }

  get usual(): number {
    return this.#run.usual;
  }

  /** When it started on the clock of the run: of a service that nothing has aligned, by each clock that captures show. */
  startsOf(span: Span): readonly Timestamp[] {
    const known = this.#run.byService.get(span.resource.service);
    if (known !== undefined) return [span.startedAt - known];
    const offsets = new Set([this.#run.usual]);
    for (const { byService, usual } of this.#byVantage.values()) offsets.add(byService.get(span.resource.service) ?? usual);
    return [...offsets].map((offset) => span.startedAt - offset);
  }

  /** The same, as the capture tells it that shows this exchange. */
  startAt(span: Span, hop: Hop): Timestamp {
    const { service } = span.resource;
    const own = this.#byVantage.get(hop.vantage);
    return span.startedAt - (this.#run.byService.get(service) ?? own?.byService.get(service) ?? own?.usual ?? this.#run.usual);
  }

  /** How far the times of a span and of its exchange may lie apart, µs; of any exchange where none is named. */
  slackOf({ resource: { service } }: Span, hop?: Hop): number {
    const own = hop === undefined ? undefined : this.#byVantage.get(hop.vantage);
    return this.#run.byService.has(service) || own?.byService.has(service) === true ? SLACK_US : UNALIGNED_SLACK_US;
  }

  /** Whether the span began while the exchange was under way; one whose end was not seen is taken to last a second. */
  isDuring(span: Span, hop: Hop): boolean {
    const slack = this.slackOf(span, hop);
    const at = this.startAt(span, hop);
    return at >= hop.startedAt - slack && at <= (hop.endedAt ?? hop.startedAt + SECOND) + slack;
  }

  /** Whether the span began and ended while the exchange was under way. */
  isWithin(span: Span, hop: Hop): boolean {
    const end = this.startAt(span, hop) + (span.endedAt - span.startedAt);
    return this.isDuring(span, hop) && end <= (hop.endedAt ?? hop.startedAt + SECOND) + this.slackOf(span, hop);
  }

  /** Whether the exchange began while the span was open. */
  isBegunIn(hop: Hop, span: Span): boolean {
    const slack = this.slackOf(span, hop);
    const at = this.startAt(span, hop);
    return hop.startedAt >= at - slack && hop.startedAt <= at + (span.endedAt - span.startedAt) + slack;
  }
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
      const { vantage } = hop;
      const known = ofService.get(vantage) ?? [];
      ofService.set(vantage, known);
      known.push(span.startedAt - hop.startedAt);
    }
  }
  const run = offsetsOf(
    [...samples].flatMap(([service, ofService]) => (isOneClock(ofService) ? [[service, [...ofService.values()].flat()] as const] : [])),
  );
  const vantages = new Set([...samples.values()].flatMap((ofService) => [...ofService.keys()]));
  const byVantage = new Map(
    [...vantages].map((vantage) => {
      const own = [...samples].flatMap(([service, ofService]) => {
        const known = ofService.get(vantage) ?? [];
        return known.length >= MIN_SAMPLES ? [[service, known] as const] : [];
      });
      return [vantage, offsetsOf(own)] as const;
    }),
  );
  const told = [...byVantage].filter(([, { byService }]) => byService.size > 0);
  return new SpanClocks(run, isApart(told.map(([, { usual }]) => usual)) ? new Map(told) : new Map());
}

function offsetsOf(samples: readonly (readonly [service: string, samples: readonly number[]])[]): Offsets {
  const byService = new Map(samples.map(([service, own]) => [service, median(own)]));
  return { byService, usual: byService.size === 0 ? 0 : median([...byService.values()]) };
}

/** Captures that share no exchange tell times of their own: where they disagree about a service, nothing has aligned it. */
function isOneClock(byVantage: ReadonlyMap<number, readonly number[]>): boolean {
  return !isApart([...byVantage.values()].filter(({ length }) => length >= MIN_SAMPLES).map((samples) => median(samples)));
}

function isApart(offsets: readonly number[]): boolean {
  const least = offsets.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = offsets.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return most - least > SLACK_US;
}
