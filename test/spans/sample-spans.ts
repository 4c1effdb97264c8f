// A small trace for tests, as data; each test spells it in the encoding it is about.

import { messageCodec } from "../../src/spans/proto-messages.ts";

export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
export const CLIENT = "00f067aa0ba902b7";
export const SERVER = "53995c3f42cd8ad8";

export interface SampleSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly warnings?: readonly string[];
  readonly error?: boolean;
}

const START = 1_795_355_336_459_899_911n;

export function sampleSpan(span: Partial<SampleSpan> = {}): SampleSpan {
  return { traceId: TRACE, spanId: SERVER, name: "GET /stock", kind: 2, start: START, end: START + 5_000_123n, ...span };
}

const tracesData = messageCodec<unknown>("otlp_trace", "traceinspect.otlp.TracesData");
const anyValue = messageCodec<unknown>("otlp_trace", "traceinspect.otlp.AnyValue");

/** One TracesData message. */
export function otlpBytes(service: string, spans: readonly SampleSpan[]): Uint8Array {
  return tracesData.encode({
    resourceSpans: [
      {
        resource: { attributes: [keyValue("service.name", service), keyValue("k8s.pod.name", `${service}-1`)] },
        scopeSpans: [{ scope: { name: Buffer.from("otelhttp") }, spans: spans.map(otlpSpan) }],
      },
    ],
  });
}

function otlpSpan(span: SampleSpan): Record<string, unknown> {
  const warnings = span.warnings ?? [];
  return {
    traceId: Buffer.from(span.traceId, "hex"),
    spanId: Buffer.from(span.spanId, "hex"),
    ...(span.parentSpanId !== undefined && { parentSpanId: Buffer.from(span.parentSpanId, "hex") }),
    name: Buffer.from(span.name),
    kind: span.kind,
    startTimeUnixNano: halves(span.start),
    endTimeUnixNano: halves(span.end),
    attributes: [
      ...Object.entries(span.attributes ?? {}).map(([key, value]) => keyValue(key, value)),
      ...(warnings.length === 0
        ? []
        : [
            {
              key: Buffer.from("@jaeger@warnings"),
              value: anyValue.encode({ arrayValue: { values: warnings.map((text) => ({ stringValue: Buffer.from(text) })) } }),
            },
          ]),
    ],
    status: { code: span.error ? 2 : 0 },
  };
}

function keyValue(key: string, value: string | number | boolean): { key: Buffer; value: Uint8Array } {
  const field =
    typeof value === "string"
      ? { stringValue: Buffer.from(value) }
      : typeof value === "boolean"
        ? { boolValue: value }
        : Number.isInteger(value)
          ? { intValue: value }
          : { doubleValue: value };
  return { key: Buffer.from(key), value: anyValue.encode(field) };
}

function halves(nanos: bigint): { low: number; high: number; unsigned: boolean } {
  return { low: Number(BigInt.asIntN(32, nanos)), high: Number(BigInt.asIntN(32, nanos >> 32n)), unsigned: true };
}

/** The same as one OTLP JSON document. */
export function otlpJson(service: string, spans: readonly SampleSpan[]): Record<string, unknown> {
  return {
    resourceSpans: [
      {
        resource: { attributes: [jsonValue("service.name", service), jsonValue("k8s.pod.name", `${service}-1`)] },
        scopeSpans: [{ scope: { name: "otelhttp" }, spans: spans.map(jsonSpan) }],
      },
    ],
  };
}

function jsonSpan(span: SampleSpan): Record<string, unknown> {
  const warnings = span.warnings?.map((stringValue) => ({ stringValue }));
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: [
      ...Object.entries(span.attributes ?? {}).map(([key, value]) => jsonValue(key, value)),
      ...(warnings ? [{ key: "@jaeger@warnings", value: { arrayValue: { values: warnings } } }] : []),
    ],
    status: span.error ? { code: 2 } : {},
  };
}

function jsonValue(key: string, value: string | number | boolean): Record<string, unknown> {
  if (typeof value === "string") return { key, value: { stringValue: value } };
  if (typeof value === "boolean") return { key, value: { boolValue: value } };
  return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
}
