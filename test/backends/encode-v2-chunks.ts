// Spans → api_v2 messages, for the replay server: recordings are api_v3, and the client's other half wants an answer too.

import { messageCodec } from "../../src/spans/proto-messages.ts";
import type { Resource, Span } from "../../src/spans/span.ts";
import { MILLISECOND, SECOND } from "../../src/wire/timestamp.ts";

const chunk = messageCodec<unknown>("jaeger_model", "traceinspect.jaeger_model.SpansResponseChunk");

/** As Jaeger does: so many spans a message, whatever their trace. */
const SPANS_A_MESSAGE = 10;
const STRING = 0;
const BOOL = 1;
const INT64 = 2;
const FLOAT64 = 3;
const CHILD_OF = 0;
const FOLLOWS_FROM = 1;

export function encodeV2Chunks(spans: readonly Span[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < spans.length; at += SPANS_A_MESSAGE) {
    chunks.push(chunk.encode({ spans: spans.slice(at, at + SPANS_A_MESSAGE).map(message) }));
  }
  return chunks;
}

function message(span: Span): Record<string, unknown> {
  const links = span.links.map((link) => reference(link.traceId, link.spanId, FOLLOWS_FROM));
  return {
    traceId: Buffer.from(span.traceId, "hex"),
    spanId: Buffer.from(span.spanId, "hex"),
    operationName: Buffer.from(span.name),
    references: span.parentSpanId === undefined ? links : [reference(span.traceId, span.parentSpanId, CHILD_OF), ...links],
    startTime: time(span.startedAt),
    duration: time(span.endedAt - span.startedAt),
    tags: [
      ...Object.entries(span.attributes).map(([key, value]) => tag(key, value)),
      ...(span.kind === "unspecified" ? [] : [tag("span.kind", span.kind)]),
      ...(span.error ? [tag("error", true), tag("otel.status_code", "ERROR")] : []),
      ...(span.scope === "" ? [] : [tag("otel.scope.name", span.scope)]),
    ],
    process: { serviceName: Buffer.from(span.resource.service), tags: processTags(span.resource) },
  };
}

function processTags({ pod, podBy, language, sdk, sdkVersion, webEngine }: Resource): Record<string, unknown>[] {
  const found = [
    [podBy ?? "k8s.pod.name", pod],
    ["telemetry.sdk.language", language],
    ["telemetry.sdk.name", sdk],
    ["telemetry.sdk.version", sdkVersion],
    ["webengine.name", webEngine],
  ] as const;
  return found.flatMap(([key, value]) => (value === undefined ? [] : [tag(key, value)]));
}

function reference(traceId: string, spanId: string, refType: number): Record<string, unknown> {
  return { traceId: Buffer.from(traceId, "hex"), spanId: Buffer.from(spanId, "hex"), refType };
}

function tag(name: string, value: string | number | boolean): Record<string, unknown> {
  const key = Buffer.from(name);
  if (typeof value === "string") return { key, vType: STRING, vStr: Buffer.from(value) };
  if (typeof value === "boolean") return { key, vType: BOOL, vBool: value };
  return Number.isInteger(value) ? { key, vType: INT64, vInt64: value } : { key, vType: FLOAT64, vFloat64: value };
}

function time(micros: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(micros / SECOND);
  return { seconds, nanos: Math.round((micros - seconds * SECOND) * MILLISECOND) };
}
