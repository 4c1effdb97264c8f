// Which requests are exports of spans, by their path or, where that does not tell, by their body, and how their bodies are read. Any prefix before the
// path is a proxy's or a tenant's.

import { MAX_EXPORT_ANSWER_BYTES, MAX_EXPORT_BYTES } from "../../wire/limits.ts";
import { isGrpc } from "../http/grpc.ts";
import type { ExportAnswer, ExportProtocol, HttpRequest } from "../observation.ts";
import type { ExportContent } from "./export-content.ts";
import { firstGrpcMessage, GRPC_PREFIX_BYTES } from "./grpc-message.ts";
import { readJaegerBatch } from "./jaeger-thrift.ts";
import { readOtlpJsonAnswer, readOtlpJsonExport, readZipkinExport } from "./json-exports.ts";
import { isOtlpExport, mayBeOtlpExport, readOtlpAnswer, readOtlpExport } from "./otlp-protobuf.ts";
import { codingOf, type Unpack } from "./unpack-body.ts";

export interface ExportFormat {
  readonly protocol: ExportProtocol;
  /** Where the path does not tell: whether the body may be such an export by its first `BEGINNING_BYTES`, and whether it is one. */
  readonly byBody?: {
    mayBe(beginning: Uint8Array): boolean;
    is(body: Uint8Array, contentType: string, contentEncoding: string, unpack: Unpack): boolean;
  };
  /** Reads a request's body. Throws `Malformed` or `LimitReached` where nothing can be read. */
  readSpans(body: Uint8Array, contentType: string, contentEncoding: string, unpack: Unpack): ExportContent;
  /** Reads what an answer's body says of refused spans; absent where the protocol has no such answer. */
  readAnswer?(body: Uint8Array, contentType: string, contentEncoding: string, unpack: Unpack): ExportAnswer["rejected"];
}

const otlpHttp: ExportFormat = {
  protocol: "otlp-http",
  readSpans(body, contentType, contentEncoding, unpack) {
    const bytes = unpack(body, contentEncoding, MAX_EXPORT_BYTES);
    return isJson(contentType) ? readOtlpJsonExport(bytes) : readOtlpExport(bytes);
  },
  readAnswer(body, contentType, contentEncoding, unpack) {
    const bytes = unpack(body, contentEncoding, MAX_EXPORT_ANSWER_BYTES);
    return isJson(contentType) ? readOtlpJsonAnswer(bytes) : readOtlpAnswer(bytes);
  },
};

const otlpGrpc: ExportFormat = {
  protocol: "otlp-grpc",
  readSpans: (body, _type, _encoding, unpack) => readOtlpExport(firstGrpcMessage(body, MAX_EXPORT_BYTES, unpack)),
  readAnswer: (body, _type, _encoding, unpack) => readOtlpAnswer(firstGrpcMessage(body, MAX_EXPORT_ANSWER_BYTES, unpack)),
};

/**
 * An exporter keeps one connection for days, and a capture that joins it shows its first path as a reference to a table that nobody saw
 * (RFC 7541 §2.3.2): the body alone tells then.
 */
const hiddenGrpc: ExportFormat = {
  ...otlpGrpc,
  byBody: {
    mayBe: (beginning) => beginning[0] === 1 || (beginning[0] === 0 && mayBeOtlpExport(beginning, GRPC_PREFIX_BYTES)),
    is: (body, _type, _encoding, unpack) => isOtlpExport(firstGrpcMessage(body, MAX_EXPORT_BYTES, unpack)),
  },
};

/** An endpoint that was set wrong (`/v1/trace`, none at all) leads nowhere, and is why spans are missing. */
const strayHttp: ExportFormat = {
  ...otlpHttp,
  byBody: {
    mayBe: (beginning) => codingOf(beginning) === "gzip" || mayBeOtlpExport(beginning, 0) || beginsOtlpJson(beginning),
    is(body, contentType, contentEncoding, unpack) {
      const bytes = unpack(body, contentEncoding, MAX_EXPORT_BYTES);
      return isJson(contentType) ? beginsOtlpJson(bytes) : isOtlpExport(bytes);
    },
  },
};

/** JSON goes everywhere: bodies are looked at where the path might be meant for spans. */
const STRAY_PATHS = /^\/?$|\/v1(\/|$)|trace|otlp|spans?$/i;
/** Metrics, logs, profiles, Prometheus' remote write, Loki. */
const OTHER_SIGNALS = /\/(metrics|logs|profiles|write|push)$/;

const zipkin: ExportFormat = {
  protocol: "zipkin",
  readSpans: (body, _, contentEncoding, unpack) => readZipkinExport(unpack(body, contentEncoding, MAX_EXPORT_BYTES)),
};

/** Jaeger's collector (port 14268): one Batch in Thrift's binary protocol. */
const jaegerHttp: ExportFormat = {
  protocol: "jaeger-http",
  readSpans: (body, _, contentEncoding, unpack) => readJaegerBatch(unpack(body, contentEncoding, MAX_EXPORT_BYTES)),
};

const PATHS: readonly (readonly [end: string, format: ExportFormat])[] = [
  ["/v1/traces", otlpHttp],
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", otlpGrpc],
  ["/api/v2/spans", zipkin],
  ["/api/traces", jaegerHttp],
];

/** The format of an export of spans; undefined for every other request. */
export function exportFormat({ method, path, hiddenFields }: HttpRequest, contentType: string): ExportFormat | undefined {
  if (path === "" && hiddenFields > 0) return contentType === "" || isGrpc(contentType) ? hiddenGrpc : undefined;
  if (method !== "POST") return undefined;
  const found = PATHS.find(([end]) => path.endsWith(end))?.[1];
  if (found !== undefined && (found !== jaegerHttp || /thrift/i.test(contentType))) return found;
  if (OTHER_SIGNALS.test(path)) return undefined;
  return isProtobuf(contentType) || (isJson(contentType) && STRAY_PATHS.test(path)) ? strayHttp : undefined;
}

/** As OTLP/HTTP sends it; gRPC calls its own otherwise. */
function isProtobuf(contentType: string): boolean {
  return /^application\/x-protobuf\b/i.test(contentType);
}

const OTLP_JSON = /^\s*\{\s*"resourceSp/;

function beginsOtlpJson(bytes: Uint8Array): boolean {
  return OTLP_JSON.test(String.fromCharCode(...bytes.subarray(0, 64)));
}

function isJson(contentType: string): boolean {
  return /^application\/json\b/i.test(contentType);
}
