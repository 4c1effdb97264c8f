import type { Interner } from "../spans/interner.ts";
import type { SpanReading } from "../spans/span-collector.ts";
import type { Timestamp } from "../wire/timestamp.ts";

export interface Search {
  readonly service: string;
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** The most traces to return. */
  readonly depth: number;
}

/**
 * One way of asking Jaeger over gRPC: which paths, which bytes. Pure. Every request MUST ask for raw traces: adjusted ids never
 * existed on the wire (`raw_traces` of jaeger-idl, api_v3/query_service.proto), and a read that is not raw edits the memory store of Jaeger 2.13.
 */
export interface ApiGeneration {
  readonly name: string;
  readonly paths: { readonly getTrace: string; readonly findTraces: string; readonly getServices: string };
  /** `traceId` has 32 hex digits. */
  getTrace(traceId: string): Uint8Array;
  findTraces(search: Search): Uint8Array;
  getServices(): Uint8Array;
  /** One message of a GetTrace or FindTraces reply; undefined when it is none. */
  readTraces(message: Uint8Array, interner: Interner): SpanReading | undefined;
}
