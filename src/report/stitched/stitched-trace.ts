import type { Verdict } from "../../diagnosis/verdict.ts";
import type { Hop, ParentLink } from "../../hops/hop.ts";
import type { Span } from "../../spans/span.ts";

/** Why a side of an exchange has no span. */
export type Absence = "not instrumented" | "not in the backend" | "no backend asked";

/** A span as it was recorded, or a ghost: one that the packets of `hop` prove and that nobody recorded. */
export interface StitchedSpan {
  readonly span: Span | undefined;
  /** The exchange that it belongs to, and on whose side; undefined for what was not on the wire. */
  readonly hop: Hop | undefined;
  readonly side: "client" | "server" | undefined;
  /** Only of ghosts. */
  readonly absence: Absence | undefined;
  /** The trace that it was in; undefined for a ghost whose exchange carried no valid context. */
  readonly originalTraceId: string | undefined;
  /** What broke the trace here. */
  readonly verdicts: readonly Verdict[];
  /** In the stitched trace; its own where it has one. */
  spanId: string;
  parent: StitchedSpan | undefined;
  /** Set where not the ids of spans but what caused an exchange tells the parent. */
  link: ParentLink | undefined;
  /** That exchange, its own or of a span below, where it is one that broke the trace. */
  linkedBy: Hop | undefined;
}

/** Where a trace id ended and another went on. */
export interface Join {
  /** The trace that should have gone on. */
  readonly before: string;
  /** Undefined where it went on without any id. */
  readonly after: string | undefined;
  /** The exchange that lost it. */
  readonly hop: Hop;
  /** Undefined where both sides of the one exchange tell. */
  readonly link: ParentLink | undefined;
}

/** The trace that should have been. */
export interface StitchedTrace {
  /** That of the part nearest to the root. */
  readonly traceId: string;
  /** Causes before what they caused. */
  readonly spans: readonly StitchedSpan[];
  /** The ids of all parts, `traceId` first. */
  readonly traceIds: readonly string[];
  readonly joins: readonly Join[];
}

export function isGhost({ span }: StitchedSpan): boolean {
  return span === undefined;
}
