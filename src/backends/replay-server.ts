// A Jaeger made of recorded replies, in this process on a loopback port: the demo's backend, and what tests talk to through
// the real client. It answers as 2.13 does: an absent trace is an empty OK.

import {
  type handleServerStreamingCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { mergeTraces } from "../spans/merge-traces.ts";
import { readOtlpProtobuf } from "../spans/otlp-protobuf.ts";
import { type Int64, messageCodec } from "../spans/proto-messages.ts";
import type { Trace } from "../spans/span.ts";
import { idFromText } from "../spans/span-ids.ts";
import { timeToMicros } from "../spans/span-times.ts";
import { TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { encodeV2Chunks } from "./encode-v2-chunks.ts";
import type { RpcFailure } from "./explain-failure.ts";
import { jaegerV2 } from "./jaeger-v2.ts";
import { jaegerV3 } from "./jaeger-v3.ts";

export interface ReplayCall {
  readonly method: "GetTrace" | "FindTraces" | "GetServices";
  /** Of GetTrace, 32 hex digits. */
  readonly traceId?: string;
  readonly service?: string;
  /** Every request says it; a client that forgot would edit a real server's store. */
  readonly rawTraces?: boolean;
  readonly metadata: Metadata;
}

export interface ReplayOptions {
  /** TracesData messages; any of them may hold any trace. */
  readonly replies: readonly Uint8Array[];
  /** Names of the API generations that are served; api_v3 by default. */
  readonly generations?: readonly string[];
  /** What to do with a call instead of answering it. */
  readonly intercept?: (call: ReplayCall) => RpcFailure | "never answer" | undefined;
  /** PEM. */
  readonly tls?: { readonly cert: Uint8Array; readonly key: Uint8Array };
}

export interface ReplayServer {
  readonly target: string;
  /** Spans that come late. */
  add(reply: Uint8Array): void;
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

const getTraceV3 = messageCodec<{ readonly traceId: string; readonly rawTraces: boolean }>(
  "jaeger_query",
  "traceinspect.jaeger_query.GetTraceV3",
);
const getTraceV2 = messageCodec<{ readonly traceId: Uint8Array; readonly rawTraces: boolean }>(
  "jaeger_query",
  "traceinspect.jaeger_query.GetTraceV2",
);
const findTraces = messageCodec<FindTracesMessage>("jaeger_query", "traceinspect.jaeger_query.FindTraces");
const services = messageCodec<unknown>("jaeger_query", "traceinspect.jaeger_query.Services");

export async function startReplayServer(options: ReplayOptions): Promise<ReplayServer> {
  const recording = new Recording(options.replies);
  const server = new Server({ "grpc.max_send_message_length": -1 });
  for (const name of options.generations ?? [jaegerV3.name]) serve(server, name, recording, options.intercept ?? (() => undefined));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentialsOf(options.tls), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    // A certificate is for a name, not for the address.
    target: `${options.tls ? "localhost" : "127.0.0.1"}:${port}`,
    add: (reply) => recording.add(reply),
    close: () => server.forceShutdown(),
  };
}

/** Each recorded reply with the traces in it. */
class Recording {
  readonly #replies: { readonly bytes: Uint8Array; readonly traces: readonly Trace[] }[] = [];

  constructor(replies: readonly Uint8Array[]) {
    for (const reply of replies) this.add(reply);
  }

  add(bytes: Uint8Array): void {
    this.#replies.push({ bytes, traces: readOtlpProtobuf(bytes)?.traces ?? [] });
  }

  services(): string[] {
    const names = this.#replies.flatMap(({ traces }) => traces.flatMap((trace) => trace.spans.map((span) => span.resource.service)));
    return [...new Set(names)].sort();
  }

  messages(generation: string, matches: (trace: Trace) => boolean): Uint8Array[] {
    const replies = this.#replies.filter(({ traces }) => traces.some(matches));
    if (generation === jaegerV3.name) return replies.map(({ bytes }) => bytes);
    // No message of api_v2 mixes traces.
    const traces = mergeTraces(replies.flatMap((reply) => reply.traces).filter(matches));
    return traces.flatMap((trace) => encodeV2Chunks(trace.spans));
  }
}

type Intercept = NonNullable<ReplayOptions["intercept"]>;
type Stream = ServerWritableStream<Uint8Array, Uint8Array>;

function serve(server: Server, generation: string, recording: Recording, intercept: Intercept): void {
  const { paths } = generation === jaegerV2.name ? jaegerV2 : jaegerV3;
  const streaming = (
    answer: (call: Stream) => readonly Uint8Array[] | RpcFailure | "never answer",
  ): handleServerStreamingCall<Uint8Array, Uint8Array> => {
    return (call) => {
      const messages = answer(call);
      if (messages === "never answer") return;
      if ("code" in messages) call.emit("error", messages);
      else {
        for (const message of messages) call.write(message);
        call.end();
      }
    };
  };
  server.addService(
    { getTrace: method(paths.getTrace, true), findTraces: method(paths.findTraces, true), getServices: method(paths.getServices, false) },
    {
      getTrace: streaming(({ request, metadata }) => {
        const { traceId, rawTraces } = readGetTrace(generation, request);
        const wanted = idFromText(traceId, TRACE_ID_DIGITS);
        return (
          intercept({ method: "GetTrace", traceId, rawTraces, metadata }) ??
          recording.messages(generation, (trace) => trace.traceId === wanted)
        );
      }),
      findTraces: streaming(({ request, metadata }) => {
        const { query } = findTraces.decode(request);
        const call = { method: "FindTraces" as const, service: query?.serviceName ?? "", rawTraces: query?.rawTraces ?? false, metadata };
        return (
          intercept(call) ??
          recording.messages(generation, matcher(query)).slice(0, generation === jaegerV3.name ? query?.searchDepth : undefined)
        );
      }),
      getServices: (call: ServerUnaryCall<Uint8Array, Uint8Array>, reply: sendUnaryData<Uint8Array>) => {
        const failure = intercept({ method: "GetServices", metadata: call.metadata });
        if (failure === "never answer") return;
        if (failure) reply(failure);
        else reply(null, services.encode({ services: recording.services() }));
      },
    },
  );
}

function method(path: string, responseStream: boolean) {
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

function readGetTrace(generation: string, request: Uint8Array): { readonly traceId: string; readonly rawTraces: boolean } {
  if (generation !== jaegerV2.name) return getTraceV3.decode(request);
  const { traceId, rawTraces } = getTraceV2.decode(request);
  return { traceId: Buffer.from(traceId).toString("hex"), rawTraces };
}

/** As Jaeger's memory storage: one span of the service starts within the window, both ends included. */
function matcher(query: FindTracesMessage["query"]): (trace: Trace) => boolean {
  if (!query?.startTimeMin || !query.startTimeMax) return () => false;
  const from = timeToMicros(query.startTimeMin);
  const to = timeToMicros(query.startTimeMax);
  return (trace) =>
    trace.spans.some((span) => span.resource.service === query.serviceName && span.startedAt >= from && span.startedAt <= to);
}

function credentialsOf(tls: ReplayOptions["tls"]): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }]);
}
