import type { TraceAnswer } from "../backends/backend.ts";
import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopGraph } from "../hops/build-hops.ts";
import type { Naming } from "../naming/workload.ts";
import type { ConnectionSummary, SpanExport, TlsHandshake } from "../protocols/observation.ts";
import type { Anomaly } from "../wire/anomaly.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Diagnosis } from "./diagnose.ts";

/** One capture file as it was read. */
export interface CaptureSummary {
  readonly file: string;
  readonly format: string;
  readonly packets: number;
  readonly bytes: number;
  readonly startedAt: Timestamp | undefined;
  readonly endedAt: Timestamp | undefined;
  /** Names of the link types of its packets. */
  readonly linkTypes: readonly string[];
  /** Packets that the capturing program says it dropped. */
  readonly lost: number;
  readonly anomalies: Readonly<Record<string, number>>;
}

/** Everything that was read, asked and concluded: what reports are made of. */
export interface Inspection {
  readonly captures: readonly CaptureSummary[];
  readonly graph: HopGraph;
  readonly diff: TraceDiff;
  readonly naming: Naming;
  readonly diagnosis: Diagnosis;
  /** False: `diagnosis` is empty because nothing was asked of it, and hops have no parents but those that ids tell. */
  readonly isJudged: boolean;
  /** Undefined when no backend was asked, or it could not be. */
  readonly answer: TraceAnswer | undefined;
  /** Why none could be had, where traces were asked for. */
  readonly backendFailure: string | undefined;
  /** Traces that were still growing when the wait was over. */
  readonly soFar: readonly string[];
  readonly connections: readonly ConnectionSummary[];
  /** Spans on their way to a collector or agent, as the captures show them. */
  readonly exports: readonly SpanExport[];
  readonly tls: readonly TlsHandshake[];
  /** Packets that are not TCP, by what they are. */
  readonly others: ReadonlyMap<string, number>;
  /** The first anomalies of each capture, and of none, word by word. */
  readonly anomalies: readonly Anomaly[];
  /** One sentence each, for the user. */
  readonly warnings: readonly string[];
}
