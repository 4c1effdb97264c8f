// What to change where a collector did not take an export: by what it answered.

import type { SpanExport } from "../../protocols/observation.ts";
import { RESOURCE_EXHAUSTED } from "../../wire/grpc-status.ts";
import {
  CONTENT_TOO_LARGE,
  fateOf,
  isGood,
  isSentToGrpcPort,
  isSentToHttpPort,
  isSentToTlsPort,
  isTooLargeAtTimes,
} from "./export-answer.ts";

/** gRPC's own name for what is over a limit. */
const OUT_OF_RANGE = 11;

interface Advice {
  /** HTTP statuses and gRPC statuses (grpc/grpc doc/statuscodes.md) that call for it. */
  readonly http: readonly number[];
  readonly grpc: readonly number[];
  readonly text: string;
  /** Whether it tells nothing where the collector takes the same exporter's spans at other times. */
  readonly isOfSettings?: true;
}

const ADVICE: readonly Advice[] = [
  {
    http: [401, 403],
    grpc: [7, 16],
    text: "The collector wants credentials, or others: set them in OTEL_EXPORTER_OTLP_HEADERS (authorization=…).",
    isOfSettings: true,
  },
  {
    http: [404, 405],
    grpc: [12],
    text: "The collector serves no traces at this address: port 4318 for HTTP with the path /v1/traces, 4317 for gRPC. OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used as it stands; OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces added.",
    isOfSettings: true,
  },
  {
    http: [413],
    grpc: [11],
    text: "Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE), or raise the receiver's limit (max_recv_msg_size_mib for gRPC, max_request_body_size for HTTP).",
    isOfSettings: true,
  },
  {
    http: [429, 502, 503, 504],
    grpc: [4, 14],
    text: "The collector has too much to do, or what lies behind it fails: read its log, raise its sending_queue and memory_limiter, add replicas, or sample before it.",
  },
];
const EXHAUSTED =
  "Too large or too much, as the collector's message says: send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE) and raise max_recv_msg_size_mib, or raise its sending_queue and memory_limiter.";
const TO_GRPC_PORT = "Send HTTP to the HTTP port (4318), or speak gRPC: OTEL_EXPORTER_OTLP_PROTOCOL=grpc.";
export const TO_HTTP_PORT = "Send gRPC to the gRPC port (4317), or speak HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.";
const TO_TLS_PORT = "Say https:// in OTEL_EXPORTER_OTLP_ENDPOINT, with the collector's CA in OTEL_EXPORTER_OTLP_CERTIFICATE.";
const PAGE =
  "Look at the page that is answered (a login, an error page, the start page of something else), and send to the collector itself: port 4318 with the path /v1/traces for HTTP, 4317 for gRPC.";
const IN_PART =
  "The collector says in its answer which spans it refuses: most often for their size or attributes, or a quota. Let the SDK log it, or read the collector's log.";
const TOO_LATE =
  "The collector answers later than the exporter waits: raise OTEL_EXPORTER_OTLP_TIMEOUT (10 s unless set), and see why the collector is slow.";
const CUT_OFF = "Somebody ends these connections: read the collector's log, and look at the time limits of what stands before it.";

const AT_TIMES =
  "The collector takes the same exporter's spans at other times: compare its replicas, and see what changed there then (a rollout, rotated credentials, a limit or quota of what stands before it).";

/** `refused`: exports that ended like this one. `accepted`: others of the exporter. Undefined where the answer is none of those. */
export function adviceOn(of: SpanExport, refused: readonly SpanExport[], accepted: readonly SpanExport[]): string | undefined {
  const fate = fateOf(of);
  if (fate === "too late") return TOO_LATE;
  if (isSentToGrpcPort(of)) return TO_GRPC_PORT;
  if (isSentToTlsPort(of)) return TO_TLS_PORT;
  if (fate === "cut off") return CUT_OFF;
  if (fate === "in part") return IN_PART;
  if (isSentToHttpPort(of)) return TO_HTTP_PORT;
  if (of.answer?.isPage === true && isGood(of.answer)) return PAGE;
  const { status, grpcStatus } = of.answer ?? {};
  if (grpcStatus === RESOURCE_EXHAUSTED) return EXHAUSTED;
  const advice = ADVICE.find(({ http, grpc }) => (grpcStatus ? grpc.includes(grpcStatus) : http.includes(status ?? 0)));
  const isLarge = status === CONTENT_TOO_LARGE || grpcStatus === OUT_OF_RANGE;
  const isAtTimes = isLarge ? isTooLargeAtTimes(refused, accepted) : accepted.length > 0;
  return advice?.isOfSettings === true && isAtTimes ? AT_TIMES : advice?.text;
}
