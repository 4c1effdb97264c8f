// A small Jaeger's worth of traces, and the options of a client that is in no hurry to fail.

import type { TraceBackend } from "../../src/backends/backend.ts";
import type { JaegerOptions } from "../../src/backends/jaeger.ts";
import { openJaeger } from "../../src/backends/jaeger.ts";
import { otlpBytes, type SampleSpan, sampleSpan } from "../spans/sample-spans.ts";
import { type GrowingServer, type ReplayOptions, startReplayServer } from "./replay-server.ts";

export const START_US = 1_795_355_336_459_899;
export const WINDOW = { from: START_US - 1_000_000, to: START_US + 1_000_000 };

/** Ids whose high half is not zero. */
export function traceId(n: number): string {
  return `${"a".repeat(16)}${n.toString(16).padStart(16, "0")}`;
}

export function spanOf(n: number, span: Partial<SampleSpan> = {}): SampleSpan {
  return sampleSpan({ traceId: traceId(n), spanId: (0xb000_0000 + n).toString(16).padStart(16, "c"), ...span });
}

export function reply(n: number, service = "orders"): Uint8Array {
  return otlpBytes(service, [spanOf(n)]);
}

export interface Conversation {
  readonly server: GrowingServer;
  readonly backend: TraceBackend;
  /** What the client waited between tries, instead of waiting. */
  readonly waits: readonly number[];
}

/** A client of a replay server; both are closed after `use`. */
export async function withJaeger<Result>(
  replay: ReplayOptions,
  options: Partial<JaegerOptions>,
  use: (conversation: Conversation) => Promise<Result>,
): Promise<Result> {
  const server = await startReplayServer(replay);
  const waits: number[] = [];
  const backend = openJaeger(
    { target: server.target, headers: [], deadlineMs: 20_000, concurrency: 16, maxTraces: 2_000, ...options },
    { sleep: async (ms) => void waits.push(ms) },
  );
  try {
    return await use({ server, backend, waits });
  } finally {
    backend.close();
    server.close();
  }
}
