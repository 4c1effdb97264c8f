import type { Span } from "../spans/span.ts";
import type { SpanIndex } from "./span-index.ts";

/** How a span was found to belong to a hop, surest first. */
export type MatchReason = "span id" | "span link" | "traceresponse" | "peer port" | "time and name";

export interface HopSpans {
  /** The sender's CLIENT span of this exchange. */
  client?: Span;
  clientBy?: MatchReason;
  /** The receiver's SERVER span of this exchange. */
  server?: Span;
  serverBy?: MatchReason;
}

/** The two views side by side. */
export interface TraceDiff {
  readonly index: SpanIndex;
  /** By hop index. */
  readonly matches: ReadonlyMap<number, HopSpans>;
  /** SERVER and CLIENT spans that belong to a hop. */
  readonly hopOf: ReadonlyMap<Span, number>;
  /** Indices of hops whose context names a span that the backend has, ascending. */
  readonly hopsNamingSpans: readonly number[];
  /** By hop index: a span that hangs below one of the hop's receiver which the backend lacks (see `lost-above.ts`). */
  readonly lostAbove: ReadonlyMap<number, Span>;
  /** HTTP SERVER and CLIENT spans that no hop was found for. */
  readonly spansWithoutHop: readonly Span[];
  /** By service: what its host's clock shows minus the clock of the run, µs. */
  readonly clockOffsets: ReadonlyMap<string, number>;
  /** The same of services that nothing tells it of: the median of the others. */
  readonly usualClockOffset: number;
}
