// Spans of Jaeger's api_v2: SpansResponseChunk messages.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { Interner } from "./interner.ts";
import { isTagRead, JaegerTags, readReferences } from "./jaeger-tags.ts";
import { integer } from "./otlp-protobuf.ts";
import { type Int64, messageCodec, utf8 } from "./proto-messages.ts";
import { RESOURCE_ATTRIBUTES, resourceFrom, type Scalar } from "./span-attributes.ts";
import { SpanCollector, type SpanReading } from "./span-collector.ts";
import { idFromBytes, NO_SPAN_ID, NO_TRACE_ID } from "./span-ids.ts";
import { type Seconds, timeToMicros } from "./span-times.ts";

interface SpansResponseChunk {
  readonly spans: readonly JaegerSpan[];
}
interface JaegerSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly operationName: Uint8Array;
  readonly references: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array; readonly refType: number }[];
  readonly startTime: Seconds | null;
  readonly duration: Seconds | null;
  readonly tags: readonly KeyValue[];
  readonly process: { readonly serviceName: Uint8Array; readonly tags: readonly KeyValue[] } | null;
  readonly warnings: readonly Uint8Array[];
}
interface KeyValue {
  readonly key: Uint8Array;
  readonly vType: number;
  readonly vStr: Uint8Array;
  readonly vBool: boolean;
  readonly vInt64: Int64;
  readonly vFloat64: number;
}

const CHILD_OF = 0;
const chunks = messageCodec<SpansResponseChunk>("jaeger_model", "traceinspect.jaeger_model.SpansResponseChunk");

/** Undefined when the bytes are no SpansResponseChunk. Never throws. */
export function readJaegerProto(bytes: Uint8Array, interner?: Interner): SpanReading | undefined {
  let chunk: SpansResponseChunk;
  try {
    chunk = chunks.decode(bytes);
  } catch {
    return undefined;
  }
  const collector = new SpanCollector(interner);
  for (const span of chunk.spans) addSpan(collector, span);
  return collector.finish();
}

function addSpan(collector: SpanCollector, span: JaegerSpan): void {
  const tags = new JaegerTags();
  for (const tag of span.tags) {
    const key = utf8(tag.key);
    if (isTagRead(key)) tags.add(key, scalar(tag));
  }
  const traceId = idFromBytes(span.traceId, TRACE_ID_DIGITS);
  const references = span.references.map((reference) => ({
    isChildOf: reference.refType === CHILD_OF,
    traceId: idFromBytes(reference.traceId, TRACE_ID_DIGITS) ?? NO_TRACE_ID,
    spanId: idFromBytes(reference.spanId, SPAN_ID_DIGITS) ?? NO_SPAN_ID,
  }));
  const { startTime } = span;
  collector.add({
    traceId,
    spanId: idFromBytes(span.spanId, SPAN_ID_DIGITS),
    ...readReferences(references, traceId ?? NO_TRACE_ID),
    name: utf8(span.operationName),
    kind: tags.kind,
    startedAt: startTime ? timeToMicros(startTime) : undefined,
    endedAt: startTime ? timeToMicros(startTime, span.duration ?? undefined) : undefined,
    error: tags.error,
    resource: readProcess(span.process),
    scope: tags.scope,
    attributes: tags.attributes,
    warnings: span.warnings.map(utf8),
  });
}

function readProcess(process: JaegerSpan["process"]): ReturnType<typeof resourceFrom> {
  const found = new Map<string, Scalar>();
  for (const tag of process?.tags ?? []) {
    const key = utf8(tag.key);
    if (RESOURCE_ATTRIBUTES.has(key)) found.set(key, scalar(tag));
  }
  if (process) found.set("service.name", utf8(process.serviceName));
  return resourceFrom(found);
}

function scalar(tag: KeyValue): Scalar {
  switch (tag.vType) {
    case 0:
      return utf8(tag.vStr);
    case 1:
      return tag.vBool;
    case 2:
      return integer(tag.vInt64);
    case 3:
      return tag.vFloat64;
    default:
      return undefined;
  }
}
