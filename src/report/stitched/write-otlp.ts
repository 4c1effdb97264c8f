// Stitched traces as OTLP JSON (opentelemetry-proto, "JSON Protobuf Encoding"): ids in lower-case hex, times as decimal nanoseconds, enums as numbers.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { type Resource, spanKinds } from "../../spans/span.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import { captureNames } from "../capture-names.ts";
import type { ReportSink, Writing } from "../report-format.ts";
import { toolName, toolVersion } from "../tool.ts";
import { type AttributeSources, type AttributeValue, attributesOf } from "./span-attributes.ts";
import { factsOf, type SpanFacts } from "./span-facts.ts";
import { isGhost, type StitchedSpan, type StitchedTrace } from "./stitched-trace.ts";

const STATUS_ERROR = 2;

/** Writes a TracesData document. */
export function* writeOtlp(traces: Iterable<StitchedTrace>, inspection: Inspection, sink: ReportSink): Writing {
  const sources = { inspection, nameOf: captureNames(inspection) };
  sink('{"resourceSpans":[');
  let separator = "\n";
  for (const trace of traces) {
    for (const entry of resourceSpans(trace, sources)) {
      sink(separator + JSON.stringify(entry));
      separator = ",\n";
      yield;
    }
  }
  sink("\n]}\n");
}

interface Group {
  readonly resource: Resource;
  readonly isGhost: boolean;
  readonly scopes: Map<string, object[]>;
}

/** Spans of one resource stand together, ghosts apart from what was recorded. */
function resourceSpans(trace: StitchedTrace, sources: AttributeSources): object[] {
  const groups = new Map<string, Group>();
  const joined = new Set(trace.traceIds);
  for (const own of trace.spans) {
    const facts = factsOf(own, sources.inspection);
    const key = `${isGhost(own)} ${JSON.stringify(facts.resource)}`;
    const group = groups.get(key) ?? { resource: facts.resource, isGhost: isGhost(own), scopes: new Map() };
    groups.set(key, group);
    const spans = group.scopes.get(facts.scope) ?? [];
    group.scopes.set(facts.scope, spans);
    spans.push(spanOf(own, facts, trace.traceId, joined, sources));
  }
  return [...groups.values()].map(({ resource, isGhost: ofGhosts, scopes }) => ({
    resource: { attributes: resourceAttributes(resource) },
    scopeSpans: [...scopes].map(([name, spans]) => ({
      scope: ofGhosts ? { name: toolName, version: toolVersion } : { name },
      spans,
    })),
  }));
}

function resourceAttributes({ service, pod, podBy, language, sdk, sdkVersion, webEngine }: Resource): object[] {
  const podKey = podBy ?? "k8s.pod.name";
  return keyValues({
    ...(service === "" ? {} : { "service.name": service }),
    ...(pod === undefined ? {} : { [podKey]: pod }),
    ...(language === undefined ? {} : { "telemetry.sdk.language": language }),
    ...(sdk === undefined ? {} : { "telemetry.sdk.name": sdk }),
    ...(sdkVersion === undefined ? {} : { "telemetry.sdk.version": sdkVersion }),
    ...(webEngine === undefined ? {} : { "webengine.name": webEngine }),
  });
}

function spanOf(own: StitchedSpan, facts: SpanFacts, traceId: string, joined: ReadonlySet<string>, sources: AttributeSources): object {
  // A parent that is nowhere stays what it was: a UI shows that something is missing above.
  const parentSpanId = own.parent?.spanId ?? own.span?.parentSpanId;
  // A link to what is now the same trace would be read as a second parent.
  const links = (own.span?.links ?? []).filter((link) => !joined.has(link.traceId));
  return {
    traceId,
    spanId: own.spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: facts.name,
    kind: spanKinds.indexOf(facts.kind),
    startTimeUnixNano: nanos(facts.startedAt),
    endTimeUnixNano: nanos(facts.endedAt),
    attributes: keyValues(attributesOf(own, facts, traceId, sources)),
    ...(links.length === 0 ? {} : { links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })) }),
    status: facts.error ? { code: STATUS_ERROR } : {},
  };
}

function keyValues(attributes: Readonly<Record<string, AttributeValue>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (typeof value === "string") return { stringValue: value };
  if ("double" in value) return { doubleValue: value.double };
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } };
}

/** Nanoseconds exceed 2^53; what is known of them are quarters of a microsecond. */
function nanos(at: Timestamp): string {
  return String(BigInt(Math.round(at * 4)) * 250n);
}
