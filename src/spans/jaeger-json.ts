// Jaeger's UI JSON: "Trace JSON", "Download Results", `/api/traces`. Times are microseconds.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { Interner } from "./interner.ts";
import { JaegerTags, readReferences } from "./jaeger-tags.ts";
import { isObject, type JsonObject, objectIn, objectsIn, textIn, textsIn } from "./json-value.ts";
import type { Resource } from "./span.ts";
import { integerFromText, RESOURCE_ATTRIBUTES, resourceFrom, type Scalar } from "./span-attributes.ts";
import { SpanCollector, type SpanReading } from "./span-collector.ts";
import { idFromText, NO_SPAN_ID, NO_TRACE_ID } from "./span-ids.ts";

/** Undefined when the value is not `{"data": [traces]}`. Never throws. */
export function readJaegerJson(document: unknown, interner?: Interner): SpanReading | undefined {
  if (!isObject(document) || !Array.isArray(document.data)) return undefined;
  const traces = objectsIn(document.data);
  // `data` is a popular word: without spans in it, it is somebody else's file.
  if (document.data.length > 0 && !traces.some((trace) => Array.isArray(trace.spans))) return undefined;
  const collector = new SpanCollector(interner);
  if (traces.length < document.data.length)
    collector.warn(`${document.data.length - traces.length} entries are no trace and were not read`);
  for (const trace of traces) readTrace(trace, collector);
  return collector.finish();
}

function readTrace(trace: JsonObject, collector: SpanCollector): void {
  const processes = objectIn(trace.processes) ?? {};
  const resources = new Map<string, Resource>();
  for (const [id, process] of Object.entries(processes)) resources.set(id, readProcess(objectIn(process)));
  const traceId = textIn(trace.traceID);
  for (const span of objectsIn(trace.spans)) {
    const resource = resources.get(textIn(span.processID)) ?? readProcess(objectIn(span.process));
    addSpan(collector, span, textIn(span.traceID) || traceId, resource);
  }
  for (const text of textsIn(trace.warnings)) collector.warnTrace(idFromText(traceId, TRACE_ID_DIGITS), text);
}

function readProcess(process: JsonObject | undefined): Resource {
  const found = new Map<string, Scalar>();
  for (const tag of objectsIn(process?.tags)) {
    if (typeof tag.key === "string" && RESOURCE_ATTRIBUTES.has(tag.key)) found.set(tag.key, scalar(tag));
  }
  found.set("service.name", textIn(process?.serviceName));
  return resourceFrom(found);
}

function addSpan(collector: SpanCollector, span: JsonObject, traceIdText: string, resource: Resource): void {
  const tags = new JaegerTags();
  for (const tag of objectsIn(span.tags)) if (typeof tag.key === "string") tags.add(tag.key, scalar(tag));
  const traceId = idFromText(traceIdText, TRACE_ID_DIGITS);
  const references = objectsIn(span.references).map((reference) => ({
    isChildOf: reference.refType !== "FOLLOWS_FROM",
    traceId: idFromText(textIn(reference.traceID), TRACE_ID_DIGITS) ?? NO_TRACE_ID,
    spanId: idFromText(textIn(reference.spanID), SPAN_ID_DIGITS) ?? NO_SPAN_ID,
  }));
  const { parentSpanId, links } = readReferences(references, traceId ?? NO_TRACE_ID);
  const startedAt = micros(span.startTime);
  const duration = micros(span.duration);
  collector.add({
    traceId,
    spanId: idFromText(textIn(span.spanID), SPAN_ID_DIGITS),
    // Before references, Jaeger's JSON had a field for the parent.
    parentSpanId: parentSpanId === NO_SPAN_ID ? idFromText(textIn(span.parentSpanID), SPAN_ID_DIGITS) : parentSpanId,
    name: textIn(span.operationName),
    kind: tags.kind,
    startedAt,
    endedAt: startedAt !== undefined && duration !== undefined ? startedAt + duration : undefined,
    error: tags.error,
    resource,
    scope: tags.scope,
    links,
    attributes: tags.attributes,
    warnings: textsIn(span.warnings),
  });
}

function micros(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Integers beyond 2^53 come as text with type int64. */
function scalar(tag: JsonObject): Scalar {
  const { value } = tag;
  if (typeof value === "string") return tag.type === "int64" ? integerFromText(value) : tag.type === "binary" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? value : undefined;
}
