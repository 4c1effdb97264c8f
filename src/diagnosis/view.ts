import { type SendingOrigin, sendingOrigin } from "../diff/span-parents.ts";
import type { HopSpans, TraceDiff } from "../diff/trace-diff.ts";
import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { Naming, Workload } from "../naming/workload.ts";
import type { ConnectionSummary, TlsHandshake } from "../protocols/observation.ts";
import type { Span } from "../spans/span.ts";
import type { BackendKnowledge } from "./backend-knowledge.ts";
import type { Exporters } from "./exporters/exporters.ts";
import type { Fault } from "./judgement.ts";

/** The request that a call was made for, though no capture shows it. */
export interface UnseenRequest {
  readonly span: Span;
  /** A clause that follows on "a new trace went out", or "no trace field went out". */
  readonly how: string;
}

/** A receiver that begins a trace of its own for what comes with a context: on purpose, its spans link to it, or because it ignores the context. */
export type OwnTrace = "linked" | "ignored";

/** What was read, asked and named. */
export interface Facts {
  readonly table: HopTable;
  readonly diff: TraceDiff;
  readonly naming: Naming;
  readonly backend: BackendKnowledge;
  readonly tls: readonly TlsHandshake[];
  readonly connections: readonly ConnectionSummary[];
  readonly exporters: Exporters;
}

/** What was found out about the causes of calls, by hop index. */
export interface FoundCauses {
  /** Requests that a call may have followed: see `followed-calls.ts`. */
  readonly followed: ReadonlyMap<number, readonly number[]>;
  /** The request that a call was made for, or `NO_PARENT`: see `borrowed-contexts.ts`. */
  readonly borrowed: ReadonlyMap<number, number>;
  /** Calls that need no context: see `database-calls.ts` and `timer-calls.ts`. */
  readonly unprompted: ReadonlySet<number>;
  /** The request without a SERVER span that caused a call: see `likely-causes.ts`. */
  readonly unserved: ReadonlyMap<number, number>;
  /** The request that no capture shows: see `unseen-requests.ts`. */
  readonly unseen: ReadonlyMap<number, UnseenRequest>;
}

/** Everything that a judgement of one hop may look at. `Judge` fills in what needs the rest. */
export interface View extends Facts {
  readonly found: FoundCauses;
  /** Hops that the wire alone tells of: see `wire-alone.ts`. */
  readonly wireAlone: { has(hop: number): boolean };
  /** See `exporters/route-counts.ts`. */
  ownTraceOf(hop: Hop, receiver: Workload): OwnTrace | undefined;
  /** See `unsampled-twins.ts`. */
  splitOfTwin(hop: Hop): Fault | undefined;
}

/** `hop`: its index. */
export function spansOf({ diff }: Pick<Facts, "diff">, hop: number): HopSpans {
  return diff.matches.get(hop) ?? NO_SPANS;
}

const NO_SPANS: HopSpans = {};

export function originOf({ diff }: Pick<Facts, "diff">, hop: Hop): SendingOrigin {
  return sendingOrigin(hop, diff);
}
