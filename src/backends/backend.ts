import type { Trace } from "../spans/span.ts";
import type { Timestamp } from "../wire/timestamp.ts";

/** What the wire showed and a backend is asked for. */
export interface TraceQuestion {
  /** Ids of 32 lower-case hex digits, as contexts hold them. */
  readonly traceIds: readonly string[];
  /** Of these ids: those that are looked up however many there are. */
  readonly always?: readonly string[];
  /** When the capture was taken, on the backend's clock as well as it is known. Spans that start in it are looked for by service. */
  readonly window: { readonly from: Timestamp; readonly to: Timestamp };
}

export interface TraceAnswer {
  /** Who answered: `localhost:16685, api_v3`, or the names of the files. */
  readonly source: string;
  /** Traces found by id or in the window; each trace id once, its spans merged and exact copies dropped. */
  readonly traces: readonly Trace[];
  /** Ids that were asked for and are not held in any spelling. */
  readonly absent: readonly string[];
  /** Ids whose look-up failed, with the reason; what is known of the others holds. */
  readonly failed: readonly { readonly traceId: string; readonly reason: string }[];
  /** Ids found only under another spelling: the low 64 bits of a 128-bit id. */
  readonly respelled: readonly { readonly traceId: string; readonly heldAs: string }[];
  /** One sentence each, for the user. */
  readonly warnings: readonly string[];
  /** Ids that were asked for; fewer than the wire has when `--max-traces` cut them. */
  readonly asked: number;
  /** False when the window was not searched (or not whole), so that a trace nobody named may be missing. */
  readonly windowSearched: boolean;
}

/** A place that holds traces. `ask` throws `UserError` only where nothing at all could be asked (server down, wrong port, refused credentials). */
export interface TraceBackend {
  ask(question: TraceQuestion): Promise<TraceAnswer>;
  close(): void;
}
