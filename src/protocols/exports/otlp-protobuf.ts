// ExportTraceServiceRequest and its answer in Protocol Buffers (opentelemetry-proto: collector/trace/v1, trace/v1, resource/v1, common/v1).

import { utf8 } from "../../spans/proto-messages.ts";
import { RESOURCE_ATTRIBUTES, resourceFrom, type Scalar, spanKind } from "../../spans/span-attributes.ts";
import { idFromBytes } from "../../spans/span-ids.ts";
import { Malformed, Truncated } from "../../wire/byte-reader.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../../wire/id-digits.ts";
import type { ExportAnswer } from "../observation.ts";
import { collectSpans, type ExportContent, type ReadSpan, type SpanList } from "./export-content.ts";
import { type ProtobufField, readProtobuf } from "./protobuf-fields.ts";

/** `bytes` MAY end before the message does: the spans in front are read. */
export function readOtlpExport(bytes: Uint8Array): ExportContent {
  return collectSpans((list) =>
    readProtobuf(bytes, 0, bytes.length, (field) => {
      if (field.number === 1) readResourceSpans(bytes, field.start, field.end, list);
    }),
  );
}

function readResourceSpans(bytes: Uint8Array, start: number, end: number, list: SpanList): void {
  list.group();
  const attributes = new Map<string, Scalar>();
  const scopeSpans: number[] = [];
  // The resource names all spans, wherever it stands; of a cut message it is read as far as it goes.
  unlessCut(() =>
    readProtobuf(bytes, start, end, (field) => {
      if (field.number === 1) readAttributes(bytes, field.start, field.end, attributes);
      else if (field.number === 2) {
        list.group();
        scopeSpans.push(field.start, field.end);
      }
    }),
  );
  const resource = resourceFrom(attributes);
  for (let i = 0; i < scopeSpans.length; i += 2) {
    readProtobuf(bytes, scopeSpans[i]!, scopeSpans[i + 1]!, (field) => {
      if (field.number !== 2 || !field.isBytes || field.isCut) return;
      if (list.isFull) list.skip();
      else list.add(readSpan(bytes, field.start, field.end, resource));
    });
  }
}

function unlessCut(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Truncated)) throw error;
  }
}

function readAttributes(bytes: Uint8Array, start: number, end: number, into: Map<string, Scalar>): void {
  readProtobuf(bytes, start, end, (attribute) => {
    if (attribute.number !== 1 || attribute.isCut) return;
    let key = "";
    let value: Scalar;
    readProtobuf(bytes, attribute.start, attribute.end, (field) => {
      if (field.number === 1 && field.end - field.start <= MAX_KEY) key = text(bytes, field);
      else if (field.number === 2) value = readText(bytes, field.start, field.end);
    });
    if (RESOURCE_ATTRIBUTES.has(key)) into.set(key, value);
  });
}

/** Longer than any key that is kept. */
const MAX_KEY = 64;

/** The string of an AnyValue; all attributes that are kept are strings. */
function readText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let value: string | undefined;
  readProtobuf(bytes, start, end, (field) => {
    if (field.number === 1 && field.isBytes) value = text(bytes, field);
  });
  return value;
}

function readSpan(bytes: Uint8Array, start: number, end: number, resource: ReadSpan["resource"]): ReadSpan {
  let traceId = idFromBytes(NOTHING, TRACE_ID_DIGITS);
  let spanId = idFromBytes(NOTHING, SPAN_ID_DIGITS);
  let parentSpanId = spanId;
  let name = "";
  let kind = spanKind(0);
  readProtobuf(bytes, start, end, (field) => {
    if (field.number === 1) traceId = idFromBytes(bytes.subarray(field.start, field.end), TRACE_ID_DIGITS);
    else if (field.number === 2) spanId = idFromBytes(bytes.subarray(field.start, field.end), SPAN_ID_DIGITS);
    else if (field.number === 4) parentSpanId = idFromBytes(bytes.subarray(field.start, field.end), SPAN_ID_DIGITS);
    else if (field.number === 5) name = text(bytes, field);
    else if (field.number === 6) kind = spanKind(field.value);
  });
  return { traceId, spanId, parentSpanId, name, kind, resource };
}

const NOTHING = new Uint8Array(0);

/** Whether such a request may begin so at `start`: ResourceSpans, and in it a resource, ScopeSpans or a schema URL. */
export function mayBeOtlpExport(bytes: Uint8Array, start: number): boolean {
  let at = start + 1;
  while (bytes[at]! >= 0x80) at++;
  const within = bytes[at + 1];
  return bytes[start] === RESOURCE_SPANS && (within === 0x0a || within === 0x12 || within === 0x1a);
}

/** Tag of field 1, length-delimited. */
const RESOURCE_SPANS = 0x0a;

/** Whether `bytes` are such a request by what is in them: a span with ids of 16 and 8 bytes and a start in nanoseconds, where no other message has them. */
export function isOtlpExport(bytes: Uint8Array): boolean {
  let isOne = false;
  const within = (start: number, end: number, number: number, visit: (field: ProtobufField) => void) =>
    readProtobuf(bytes, start, end, (field) => {
      if (field.number === number && field.isBytes && !isOne) visit(field);
    });
  const span = (start: number, end: number) => {
    let seen = 0;
    readProtobuf(bytes, start, end, (field) => {
      const length = field.end - field.start;
      if (field.number === 1 && field.isBytes && length === TRACE_ID_DIGITS / 2) seen |= 1;
      else if (field.number === 2 && field.isBytes && length === SPAN_ID_DIGITS / 2) seen |= 2;
      else if (field.number === 7 && !field.isBytes && length === 8) seen |= 4;
    });
    isOne ||= seen === 7;
  };
  try {
    within(0, bytes.length, 1, (resource) =>
      within(resource.start, resource.end, 2, (scope) => within(scope.start, scope.end, 2, ({ start, end }) => span(start, end))),
    );
  } catch (error) {
    if (!(error instanceof Truncated || error instanceof Malformed)) throw error;
  }
  return isOne;
}

/** partial_success of ExportTraceServiceResponse; undefined without one, or where it says that all is well. */
export function readOtlpAnswer(bytes: Uint8Array): ExportAnswer["rejected"] {
  let spans = 0;
  let hasMessage = false;
  try {
    readProtobuf(bytes, 0, bytes.length, (answer) => {
      if (answer.number !== 1 || !answer.isBytes) return;
      readProtobuf(bytes, answer.start, answer.end, (field) => {
        if (field.number === 1) spans = field.value;
        else if (field.number === 2) hasMessage = field.end > field.start;
      });
    });
  } catch (error) {
    if (!(error instanceof Truncated || error instanceof Malformed)) throw error;
  }
  return spans > 0 || hasMessage ? { spans, hasMessage } : undefined;
}

function text(bytes: Uint8Array, field: ProtobufField): string {
  return utf8(bytes.subarray(field.start, field.end));
}
