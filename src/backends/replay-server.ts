// A Jaeger made of recorded replies, in this process on a loopback port: the demo's backend. It answers as 2.13 does: an absent trace is an empty OK.

import {
  type handleServerStreamingCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { readOtlpProtobuf } from "../spans/otlp-protobuf.ts";
import { type Int64, messageCodec } from "../spans/proto-messages.ts";
import type { Trace } from "../spans/span.ts";
import { idFromText } from "../spans/span-ids.ts";
import { timeToMicros } from "../spans/span-times.ts";
import { TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { ApiGeneration } from "./api-generation.ts";
import { jaegerV3 } from "./jaeger-v3.ts";

export interface ReplayServer {
  readonly target: string;
  close(): void;
}

interface FindTracesMessage {
  readonly query: {
    readonly serviceName: string;
    readonly startTimeMin: Time | null;
    readonly startTimeMax: Time | null;
    readonly searchDepth: number;
    readonly rawTraces: boolean;
  } | null;
}
interface Time {
  readonly seconds: Int64;
  readonly nanos: number;
}

const getTrace = messageCodec<{ readonly traceId: string }>("jaeger_query", "traceinspect.jaeger_query.GetTraceV3");
export const findTraces = messageCodec<FindTracesMessage>("jaeger_query", "traceinspect.jaeger_query.FindTraces");
export const services = messageCodec<unknown>("jaeger_query", "traceinspect.jaeger_query.Services");

/** `replies`: TracesData messages; any of them may hold any trace. */
export async function startReplayServer(replies: readonly Uint8Array[]): Promise<ReplayServer> {
  const recording = new Recording(replies);
  const server = new Server({ "grpc.max_send_message_length": -1 });
  server.addService(queryService(jaegerV3.paths), {
    getTrace: streaming((request) => {
      const wanted = idFromText(getTrace.decode(request).traceId, TRACE_ID_DIGITS);
      return recording.messages((trace) => trace.traceId === wanted);
    }),
    findTraces: streaming((request) => {
      const { query } = findTraces.decode(request);
      return recording.messages(matcher(query)).slice(0, query?.searchDepth);
    }),
    getServices: (_: ServerUnaryCall<Uint8Array, Uint8Array>, reply: sendUnaryData<Uint8Array>) =>
      reply(null, services.encode({ services: recording.services() })),
  });
  const port = await listen(server, ServerCredentials.createInsecure());
  return { target: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Each recorded reply with the traces in it. */
export class Recording {
  readonly replies: { readonly bytes: Uint8Array; readonly traces: readonly Trace[] }[] = [];

  constructor(replies: readonly Uint8Array[]) {
    for (const reply of replies) this.add(reply);
  }

  add(bytes: Uint8Array): void {
    this.replies.push({ bytes, traces: readOtlpProtobuf(bytes)?.traces ?? [] });
  }

  services(): string[] {
    const names = this.replies.flatMap(({ traces }) => traces.flatMap((trace) => trace.spans.map((span) => span.resource.service)));
    return [...new Set(names)].sort();
  }

  messages(matches: (trace: Trace) => boolean): Uint8Array[] {
    return this.replies.filter(({ traces }) => traces.some(matches)).map(({ bytes }) => bytes);
  }
}

/** The query service under the paths of a generation; messages stay bytes. */
export function queryService(paths: ApiGeneration["paths"]): ServiceDefinition {
  return {
    getTrace: method(paths.getTrace, true),
    findTraces: method(paths.findTraces, true),
    getServices: method(paths.getServices, false),
  };
}

function method(path: string, responseStream: boolean): ServiceDefinition[string] {
  const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

function streaming(answer: (request: Uint8Array) => readonly Uint8Array[]): handleServerStreamingCall<Uint8Array, Uint8Array> {
  return (call) => {
    for (const message of answer(call.request)) call.write(message);
    call.end();
  };
}

/** As Jaeger's memory storage: one span of the service starts within the window, both ends included. */
export function matcher(query: FindTracesMessage["query"]): (trace: Trace) => boolean {
  if (!query?.startTimeMin || !query.startTimeMax) return () => false;
  const from = timeToMicros(query.startTimeMin);
  const to = timeToMicros(query.startTimeMax);
  return (trace) =>
    trace.spans.some((span) => span.resource.service === query.serviceName && span.startedAt >= from && span.startedAt <= to);
}

/** The port. */
export function listen(server: Server, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
}
