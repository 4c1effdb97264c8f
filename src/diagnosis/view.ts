import { type SendingOrigin, sendingOrigin } from "../diff/span-parents.ts";
import type { HopSpans, TraceDiff } from "../diff/trace-diff.ts";
import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { Naming, Workload } from "../naming/workload.ts";
import type { ConnectionSummary, TlsHandshake } from "../protocols/observation.ts";
import type { Span } from "../spans/span.ts";
import type { Exporters } from "./exporters/exporters.ts";
import type { Fault } from "./judgement.ts";

/** What a backend could say of the run: without it, absence of a span proves nothing. */
export interface BackendKnowledge {
  readonly isAsked: boolean;
  /** Whether this trace was looked up and the answer came. */
  isLookedUp(traceId: string): boolean;
  /** Whether all traces of the capture's time were searched, also those whose ids are not on the wire. */
  readonly isWindowSearched: boolean;
}

/** The request that a call was made for, though no capture shows it. */
export interface UnseenRequest {
  readonly span: Span;
  /** A clause that follows on "a new trace went out", or "no trace field went out". */
  readonly how: string;
}

/** A receiver that begins a trace of its own for what comes with a context: on purpose, its spans link to it, or because it ignores the context. */
export type OwnTrace = "linked" | "ignored";

/** Everything that a judgement of one hop may look at. */
export interface View {
  readonly table: HopTable;
  readonly diff: TraceDiff;
  readonly naming: Naming;
  readonly backend: BackendKnowledge;
  readonly tls?: readonly TlsHandshake[];
  readonly connections?: readonly ConnectionSummary[];
  /** See `likely-causes.ts`; made by `Judge`. */
  readonly unserved?: ReadonlyMap<number, number>;
  /** See `unseen-requests.ts`, by call; made by `Judge`. */
  readonly unseen?: ReadonlyMap<number, UnseenRequest>;
  /** Calls that need no context: see `database-calls.ts` and `timer-calls.ts`. */
  readonly unprompted?: ReadonlySet<number>;
  /** See `followed-calls.ts`. */
  readonly followed?: ReadonlyMap<number, readonly number[]>;
  /** See `borrowed-contexts.ts`: by call, the request that it was made for, or `NO_PARENT`. */
  readonly borrowed?: ReadonlyMap<number, number>;
  /** See `exporters/route-counts.ts`; made by `Judge`. */
  readonly recordedRoutes?: { ownTraceOf(hop: Hop, receiver: Workload): OwnTrace | undefined };
  /** See `unsampled-twins.ts`; made by `Judge`. */
  readonly twins?: { splitOf(hop: Hop): Fault | undefined };
  readonly exporters: Exporters;
}

/** `hop`: its index. */
export function spansOf(view: View, hop: number): HopSpans {
  return view.diff.matches.get(hop) ?? NO_SPANS;
}

const NO_SPANS: HopSpans = {};

export function originOf(view: View, hop: Hop): SendingOrigin {
  return sendingOrigin(hop, view.diff);
}
