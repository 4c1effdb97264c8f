// The demo's Jaeger with what tests need besides: both generations of the API, TLS, spans that come late, calls that fail or get no answer.

import {
  type handleServerStreamingCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type { RpcFailure } from "../../src/backends/explain-failure.ts";
import { jaegerV2 } from "../../src/backends/jaeger-v2.ts";
import { jaegerV3 } from "../../src/backends/jaeger-v3.ts";
import { findTraces, listen, matcher, queryService, Recording, type ReplayServer, services } from "../../src/backends/replay-server.ts";
import { mergeTraces } from "../../src/spans/merge-traces.ts";
import { messageCodec } from "../../src/spans/proto-messages.ts";
import type { Trace } from "../../src/spans/span.ts";
import { idFromText } from "../../src/spans/span-ids.ts";
import { TRACE_ID_DIGITS } from "../../src/wire/id-digits.ts";
import { encodeV2Chunks } from "./encode-v2-chunks.ts";

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

export interface GrowingServer extends ReplayServer {
  /** Spans that come late. */
  add(reply: Uint8Array): void;
}

const getTraceV3 = messageCodec<{ readonly traceId: string; readonly rawTraces: boolean }>(
  "jaeger_query",
  "traceinspect.jaeger_query.GetTraceV3",
);
const getTraceV2 = messageCodec<{ readonly traceId: Uint8Array; readonly rawTraces: boolean }>(
  "jaeger_query",
  "traceinspect.jaeger_query.GetTraceV2",
);

export async function startReplayServer(options: ReplayOptions): Promise<GrowingServer> {
  const recording = new Recording(options.replies);
  const server = new Server({ "grpc.max_send_message_length": -1 });
  for (const name of options.generations ?? [jaegerV3.name]) serve(server, name, recording, options.intercept ?? (() => undefined));
  const port = await listen(server, credentialsOf(options.tls));
  return {
    // A certificate is for a name, not for the address.
    target: `${options.tls ? "localhost" : "127.0.0.1"}:${port}`,
    add: (reply) => recording.add(reply),
    close: () => server.forceShutdown(),
  };
}

function messagesOf(recording: Recording, generation: string, matches: (trace: Trace) => boolean): Uint8Array[] {
  if (generation === jaegerV3.name) return recording.messages(matches);
  // No message of api_v2 mixes traces.
  const traces = mergeTraces(recording.replies.flatMap((reply) => reply.traces).filter(matches));
  return traces.flatMap((trace) => encodeV2Chunks(trace.spans));
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
  server.addService(queryService(paths), {
    getTrace: streaming(({ request, metadata }) => {
      const { traceId, rawTraces } = readGetTrace(generation, request);
      const wanted = idFromText(traceId, TRACE_ID_DIGITS);
      return (
        intercept({ method: "GetTrace", traceId, rawTraces, metadata }) ??
        messagesOf(recording, generation, (trace) => trace.traceId === wanted)
      );
    }),
    findTraces: streaming(({ request, metadata }) => {
      const { query } = findTraces.decode(request);
      const call = { method: "FindTraces" as const, service: query?.serviceName ?? "", rawTraces: query?.rawTraces ?? false, metadata };
      return (
        intercept(call) ??
        messagesOf(recording, generation, matcher(query)).slice(0, generation === jaegerV3.name ? query?.searchDepth : undefined)
      );
    }),
    getServices: (call: ServerUnaryCall<Uint8Array, Uint8Array>, reply: sendUnaryData<Uint8Array>) => {
      const failure = intercept({ method: "GetServices", metadata: call.metadata });
      if (failure === "never answer") return;
      if (failure) reply(failure);
      else reply(null, services.encode({ services: recording.services() }));
    },
  });
}

function readGetTrace(generation: string, request: Uint8Array): { readonly traceId: string; readonly rawTraces: boolean } {
  if (generation !== jaegerV2.name) return getTraceV3.decode(request);
  const { traceId, rawTraces } = getTraceV2.decode(request);
  return { traceId: Buffer.from(traceId).toString("hex"), rawTraces };
}

function credentialsOf(tls: ReplayOptions["tls"]): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }]);
}
