import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import type { ConnectionSummary, DnsExchange, SpanExport, TlsHandshake } from "../protocols/observation.ts";
import type { Span } from "../spans/span.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Cause, Severity, Verdict } from "./verdict.ts";

/** What became of the context on one exchange, as its sender left it. */
export const outcomes = ["continued", "restarted", "absent", "malformed", "not observable"] as const;
export type Outcome = (typeof outcomes)[number];

/** Something wrong, or worth knowing, on one exchange. */
export interface Fault {
  readonly verdict: Verdict;
  readonly cause: Cause;
  /** Causes that remain possible, best first; empty where `cause` is proven. */
  readonly possible: readonly PossibleCause[];
  /** Who did it; nobody where the capture is what lacks. */
  readonly culprit: "sender" | "receiver" | undefined;
  readonly severity: Severity;
  /** 0..1 */
  readonly confidence: number;
  /** What exactly, in one clause: `cut after 48 of 55 characters`. */
  readonly detail: string;
  /** The exchange that caused this one, where it shows what should have gone on. */
  readonly parent: Hop | undefined;
  /** The receiver's newest span is older: this one may still be on its way. */
  readonly isTrailing: boolean;
  /** Nothing but being open at the time makes `parent` the cause: it counts only where such calls never go out by themselves. */
  readonly isCircumstantial: boolean;
  /** Spans that prove it. */
  readonly spans: readonly Span[];
  /** What to change, where this one fault says it better than its cause does. */
  readonly remedy?: string;
  /** Nothing was lost here: it says what others would make of the value. No exchange counts as affected by it. */
  readonly isOfOthers?: boolean;
  /** What went out was the context of another request. */
  readonly isBorrowed?: boolean;
  /** Of a request without a SERVER span: what became of the calls that it caused. */
  readonly aftermath?: Aftermath;
  /** Of a span that the backend lacks: when an export that was accepted carried it. */
  readonly exportedAt?: Timestamp;
  /** What else on the wire proves it: look-ups, handshakes and exports that failed. */
  readonly proofs?: readonly WireProof[];
}

/** `span made`: a call named a span that the receiver must have made; `new trace`, `nothing`: it began a trace, carried none. */
export type Aftermath = "span made" | "new trace" | "nothing";

/** Something on the wire that is no exchange of the trace. */
export type WireProof = DnsExchange | TlsHandshake | SpanExport | ConnectionSummary;

export interface PossibleCause {
  readonly cause: Cause;
  readonly because: string;
}

export interface Judgement {
  readonly hop: Hop;
  readonly from: Workload;
  readonly to: Workload;
  readonly outcome: Outcome;
  readonly hasContext: boolean;
  /** The backend has the receiver's SERVER span. */
  readonly isRecorded: boolean;
  /** It went out without the context of anything, while nothing fresh was served. */
  readonly isDoubtful: boolean;
  readonly faults: readonly Fault[];
}
