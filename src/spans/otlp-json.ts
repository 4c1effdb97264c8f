// OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding") in its dialects: TracesData, `{"result": …}` of Jaeger's api_v3 over HTTP (jaeger-idl,
// api_v3/query_service.proto), `{"batches": […]}` of Tempo, and Jaeger 1.48's with base64 ids, enum names and instrumentationLibrarySpans.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { Interner } from "./interner.ts";
import { isObject, type JsonObject, objectIn, objectsIn, textIn, textsIn } from "./json-value.ts";
import { STATUS_ERROR, WARNINGS_ATTRIBUTE } from "./otlp-protobuf.ts";
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
import { idFromText, NO_SPAN_ID, NO_TRACE_ID } from "./span-ids.ts";
import { nanosFromJson } from "./span-times.ts";

/** Undefined when the value has none of the shapes. Never throws. */
export function readOtlpJson(document: unknown, interner?: Interner): SpanReading | undefined {
  const collector = new SpanCollector(interner);
  const strange = visitOtlpJson(document, {
    group: () => undefined,
    span: (span, resource, scope) => addSpan(collector, span, resource, scope),
  });
  if (strange === undefined) return undefined;
  if (strange > 0) collector.warn(`${strange} entries are no ResourceSpans and were not read`);
  return collector.finish();
}

/** What a document holds, in its order. What it throws ends the visit. */
export interface OtlpJsonVisitor {
  /** A ResourceSpans or ScopeSpans. */
  group(): void;
  span(span: JsonObject, resource: Resource, scope: string): void;
}

/** How many entries are no ResourceSpans; undefined when the value has none of the shapes. */
export function visitOtlpJson(document: unknown, visitor: OtlpJsonVisitor): number | undefined {
  const resourceSpans = findResourceSpans(document);
  if (!resourceSpans) return undefined;
  const objects = objectsIn(resourceSpans);
  for (const entry of objects) visitResourceSpans(entry, visitor);
  return resourceSpans.length - objects.length;
}

function findResourceSpans(document: unknown): readonly unknown[] | undefined {
  if (!isObject(document)) return undefined;
  // Tempo's second generation wraps in `trace`.
  const inner = objectIn(document.result) ?? objectIn(document.trace) ?? document;
  const list = inner.resourceSpans ?? inner.batches;
  if (Array.isArray(list)) return list;
  // protojson leaves an empty list out.
  return inner !== document && Object.keys(inner).length === 0 ? [] : undefined;
}

function visitResourceSpans(entry: JsonObject, visitor: OtlpJsonVisitor): void {
  visitor.group();
  const resource = readResource(objectIn(entry.resource));
  for (const scopeSpans of objectsIn(entry.scopeSpans ?? entry.instrumentationLibrarySpans)) {
    visitor.group();
    const scope = textIn(objectIn(scopeSpans.scope ?? scopeSpans.instrumentationLibrary)?.name);
    for (const span of objectsIn(scopeSpans.spans)) visitor.span(span, resource, scope);
  }
}

function readResource(resource: JsonObject | undefined): Resource {
  const found = new Map<string, Scalar>();
  for (const { key, value } of objectsIn(resource?.attributes)) {
    if (typeof key === "string" && RESOURCE_ATTRIBUTES.has(key)) found.set(key, scalar(objectIn(value)));
  }
  return resourceFrom(found);
}

function addSpan(collector: SpanCollector, span: JsonObject, resource: Resource, scope: string): void {
  const attributes: Attributes = {};
  let warnings: readonly string[] = [];
  for (const { key, value } of objectsIn(span.attributes)) {
    if (typeof key !== "string") continue;
    if (KEPT_ATTRIBUTES.has(key)) keepAttribute(attributes, key, scalar(objectIn(value)));
    else if (key === WARNINGS_ATTRIBUTE) warnings = textsOf(objectIn(value));
  }
  collector.add({
    traceId: idFromText(textIn(span.traceId), TRACE_ID_DIGITS),
    spanId: idFromText(textIn(span.spanId), SPAN_ID_DIGITS),
    parentSpanId: idFromText(textIn(span.parentSpanId), SPAN_ID_DIGITS),
    name: textIn(span.name),
    kind: spanKind(span.kind),
    startedAt: nanosFromJson(span.startTimeUnixNano),
    endedAt: nanosFromJson(span.endTimeUnixNano),
    error: isError(objectIn(span.status)?.code),
    resource,
    scope,
    links: objectsIn(span.links).map(readLink),
    attributes,
    warnings,
  });
}

function isError(code: unknown): boolean {
  return code === STATUS_ERROR || code === "STATUS_CODE_ERROR";
}

function readLink(link: JsonObject): SpanLink {
  return {
    traceId: idFromText(textIn(link.traceId), TRACE_ID_DIGITS) ?? NO_TRACE_ID,
    spanId: idFromText(textIn(link.spanId), SPAN_ID_DIGITS) ?? NO_SPAN_ID,
  };
}

function scalar(value: JsonObject | undefined): Scalar {
  if (!value) return undefined;
  if (typeof value.stringValue === "string") return value.stringValue;
  if (typeof value.boolValue === "boolean") return value.boolValue;
  if (typeof value.intValue === "string") return integerFromText(value.intValue);
  if (typeof value.intValue === "number") return value.intValue;
  // "NaN" and "Infinity" are spelt as text.
  return typeof value.doubleValue === "number" || typeof value.doubleValue === "string" ? value.doubleValue : undefined;
}

function textsOf(value: JsonObject | undefined): readonly string[] {
  if (typeof value?.stringValue === "string") return [value.stringValue];
  return textsIn(objectsIn(objectIn(value?.arrayValue)?.values).map((item) => item.stringValue));
}
