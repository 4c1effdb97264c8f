// OTLP protobuf: TracesData of Jaeger's api_v3, ExportTraceServiceRequest on the wire and the collector's file exporter, which
// are one message under three names.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { Interner } from "./interner.ts";
import { type Int64, messageCodec, utf8 } from "./proto-messages.ts";
import { KEPT_ATTRIBUTES, type Resource, type SpanLink } from "./span.ts";
import {
  type Attributes,
  integerFromText,
  keepAttribute,
  RESOURCE_ATTRIBUTES,
  resourceFrom,
  type Scalar,
  spanKind,
} from "./span-attributes.ts";
import { SpanCollector, type SpanReading } from "./span-collector.ts";
import { idFromBytes, NO_SPAN_ID, NO_TRACE_ID } from "./span-ids.ts";
import { int64ToNumber, nanosToMicros } from "./span-times.ts";

/** OTLP's status code for an error. */
export const STATUS_ERROR = 2;
/** The span attribute in which api_v3 ships warnings; no application wrote it. */
export const WARNINGS_ATTRIBUTE = "@jaeger@warnings";

interface TracesData {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] } | null;
    readonly scopeSpans: readonly { readonly scope: { readonly name: Uint8Array } | null; readonly spans: readonly OtlpSpan[] }[];
  }[];
}
interface OtlpSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: Uint8Array;
  readonly kind: number;
  readonly startTimeUnixNano: Int64;
  readonly endTimeUnixNano: Int64;
  readonly attributes: readonly KeyValue[];
  readonly links: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array }[];
  readonly status: { readonly code: number } | null;
}
interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
interface AnyValue {
  /** Name of the field that is set. */
  readonly value?: string;
  readonly stringValue: Uint8Array;
  readonly boolValue: boolean;
  readonly intValue: Int64;
  readonly doubleValue: number;
  readonly arrayValue: { readonly values: readonly { readonly stringValue: Uint8Array }[] } | null;
}

const tracesData = messageCodec<TracesData>("otlp_trace", "traceinspect.otlp.TracesData");
const anyValue = messageCodec<AnyValue>("otlp_trace", "traceinspect.otlp.AnyValue");

/** Undefined when the bytes are no TracesData message. Never throws. */
export function readOtlpProtobuf(bytes: Uint8Array, interner?: Interner): SpanReading | undefined {
  let message: TracesData;
  try {
    message = tracesData.decode(bytes);
  } catch {
    return undefined;
  }
  const collector = new SpanCollector(interner);
  for (const { resource, scopeSpans } of message.resourceSpans) {
    const who = readResource(resource?.attributes ?? []);
    for (const { scope, spans } of scopeSpans) {
      const scopeName = scope ? utf8(scope.name) : "";
      for (const span of spans) addSpan(collector, span, who, scopeName);
    }
  }
  return collector.finish();
}

function readResource(attributes: readonly KeyValue[]): Resource {
  const found = new Map<string, Scalar>();
  for (const { key, value } of attributes) {
    const name = utf8(key);
    if (RESOURCE_ATTRIBUTES.has(name)) found.set(name, scalar(decodeValue(value)));
  }
  return resourceFrom(found);
}

function addSpan(collector: SpanCollector, span: OtlpSpan, resource: Resource, scope: string): void {
  const attributes: Attributes = {};
  let warnings: readonly string[] = [];
  for (const { key, value } of span.attributes) {
    const name = utf8(key);
    if (KEPT_ATTRIBUTES.has(name)) keepAttribute(attributes, name, scalar(decodeValue(value)));
    else if (name === WARNINGS_ATTRIBUTE) warnings = textsOf(decodeValue(value));
  }
  collector.add({
    traceId: idFromBytes(span.traceId, TRACE_ID_DIGITS),
    spanId: idFromBytes(span.spanId, SPAN_ID_DIGITS),
    parentSpanId: idFromBytes(span.parentSpanId, SPAN_ID_DIGITS),
    name: utf8(span.name),
    kind: spanKind(span.kind),
    startedAt: nanosToMicros(span.startTimeUnixNano),
    endedAt: nanosToMicros(span.endTimeUnixNano),
    error: span.status?.code === STATUS_ERROR,
    resource,
    scope,
    links: span.links.map(readLink),
    attributes,
    warnings,
  });
}

function readLink(link: OtlpSpan["links"][number]): SpanLink {
  return {
    traceId: idFromBytes(link.traceId, TRACE_ID_DIGITS) ?? NO_TRACE_ID,
    spanId: idFromBytes(link.spanId, SPAN_ID_DIGITS) ?? NO_SPAN_ID,
  };
}

/** Undefined for a value that is broken in itself; the span around it is sound. */
function decodeValue(bytes: Uint8Array): AnyValue | undefined {
  try {
    return anyValue.decode(bytes);
  } catch {
    return undefined;
  }
}

function scalar(value: AnyValue | undefined): Scalar {
  switch (value?.value) {
    case "stringValue":
      return utf8(value.stringValue);
    case "boolValue":
      return value.boolValue;
    case "intValue":
      return integer(value.intValue);
    case "doubleValue":
      return value.doubleValue;
    default:
      return undefined;
  }
}

/** A number where a number holds it exactly, else its decimal digits. */
export function integer(value: Int64): Scalar {
  const number = int64ToNumber(value);
  return Number.isSafeInteger(number) ? number : integerFromText(String((BigInt(value.high) << 32n) | BigInt(value.low >>> 0)));
}

function textsOf(value: AnyValue | undefined): readonly string[] {
  if (value?.value === "arrayValue") return value.arrayValue?.values.map((item) => utf8(item.stringValue)) ?? [];
  return value?.value === "stringValue" ? [utf8(value.stringValue)] : [];
}
