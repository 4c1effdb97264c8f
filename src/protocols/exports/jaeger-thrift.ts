// Jaeger's own model in Thrift (jaegertracing/jaeger-idl, thrift/jaeger.thrift and agent.thrift): what its clients sent before OpenTelemetry.

import { JaegerTags, readReferences, type SpanReference } from "../../spans/jaeger-tags.ts";
import { utf8 } from "../../spans/proto-messages.ts";
import type { Resource } from "../../spans/span.ts";
import { RESOURCE_ATTRIBUTES, resourceFrom, type Scalar } from "../../spans/span-attributes.ts";
import { NO_SPAN_ID } from "../../spans/span-ids.ts";
import { ByteReader, Malformed } from "../../wire/byte-reader.ts";
import { collectSpans, type ExportContent, type SpanList } from "./export-content.ts";
import { binaryThrift } from "./thrift-binary.ts";
import { compactThrift } from "./thrift-compact.ts";
import { readStruct, readStructs, type ThriftReader } from "./thrift-reader.ts";

/** A Batch in the binary protocol, as it is posted to a collector. */
export function readJaegerBatch(bytes: Uint8Array): ExportContent {
  return collectSpans((list) => readBatch(binaryThrift(new ByteReader(bytes)), list));
}

const METHOD = "emitBatch";

/** The call emitBatch of an agent, in either protocol: where its arguments begin, and how they are written. Undefined when it is another message. */
export function recognizeEmitBatch(bytes: Uint8Array, start: number, end: number): ((reader: ByteReader) => ThriftReader) | undefined {
  // Compact: protocol id, then type (call 1, oneway 4) and version 1, sequence id, name. 12 bytes at least.
  if (end - start < 12) return undefined;
  if (bytes[start] === 0x82 && (bytes[start + 1] === 0x21 || bytes[start + 1] === 0x81)) {
    let name = start + 2;
    while (name < start + 7 && bytes[name]! >= 0x80) name++;
    return isMethod(bytes, name + 2, end) && bytes[name + 1] === METHOD.length ? compactAt(name + 2 + METHOD.length) : undefined;
  }
  // Binary: version 1 and type, or nothing, before the name; then the sequence id.
  const isStrict = bytes[start] === 0x80 && bytes[start + 1] === 0x01;
  const name = isStrict ? start + 4 : start;
  const isNamed = bytes[name] === 0 && bytes[name + 1] === 0 && bytes[name + 2] === 0 && bytes[name + 3] === METHOD.length;
  if (!isNamed || !isMethod(bytes, name + 4, end)) return undefined;
  const behind = name + 4 + METHOD.length + (isStrict ? 4 : 5);
  return (reader) => binaryThrift(at(reader, behind));
}

function compactAt(offset: number) {
  return (reader: ByteReader) => compactThrift(at(reader, offset));
}

function at(reader: ByteReader, offset: number): ByteReader {
  reader.skip(offset - reader.offset);
  return reader;
}

function isMethod(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < METHOD.length) return false;
  for (let i = 0; i < METHOD.length; i++) if (bytes[start + i] !== METHOD.charCodeAt(i)) return false;
  return true;
}

/** The spans of a datagram that was recognised. */
export function readEmitBatch(bytes: Uint8Array): ExportContent {
  return collectSpans((list) => {
    const open = recognizeEmitBatch(bytes, 0, bytes.length);
    if (open === undefined) throw new Malformed("no call of emitBatch");
    const reader = open(new ByteReader(bytes));
    readStruct(reader, (id, type) => {
      if (id !== 1 || type !== "struct") return false;
      readBatch(reader, list);
      return true;
    });
  });
}

/** struct Batch: 1 process, 2 spans. The process is required and comes first. */
function readBatch(reader: ThriftReader, list: SpanList): void {
  let resource: Resource = { service: "" };
  readStruct(reader, (id, type) => {
    if (id === 1 && type === "struct") resource = readProcess(reader);
    else if (id === 2 && type === "list") readStructs(reader, () => readSpan(reader, resource, list));
    else return false;
    return true;
  });
}

function readProcess(reader: ThriftReader): Resource {
  const found = new Map<string, Scalar>();
  let service = "";
  readStruct(reader, (id, type) => {
    if (id === 1 && type === "bytes") service = utf8(reader.bytes());
    else if (id === 2 && type === "list")
      readTags(reader, (key, value) => {
        if (RESOURCE_ATTRIBUTES.has(key)) found.set(key, value);
      });
    else return false;
    return true;
  });
  return resourceFrom(found.set("service.name", service));
}

/** struct Span: 1 traceIdLow, 2 traceIdHigh, 3 spanId, 4 parentSpanId, 5 operationName, 6 references, 10 tags. */
function readSpan(reader: ThriftReader, resource: Resource, list: SpanList): void {
  const ids = [NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID];
  const references: SpanReference[] = [];
  const tags = new JaegerTags();
  let name = "";
  readStruct(reader, (id, type) => {
    if (id >= 1 && id <= 4 && type === "int") ids[id] = reader.hex64();
    else if (id === 5 && type === "bytes") name = utf8(reader.bytes());
    else if (id === 6 && type === "list") readStructs(reader, () => references.push(readReference(reader)));
    else if (id === 10 && type === "list") readTags(reader, (key, value) => tags.add(key, value));
    else return false;
    return true;
  });
  const [, low, high, spanId, parent] = ids;
  const traceId = `${high}${low}`;
  const parentSpanId = parent === NO_SPAN_ID ? readReferences(references, traceId).parentSpanId : parent;
  list.add({ traceId, spanId, parentSpanId, name, kind: tags.kind, resource });
}

const CHILD_OF = 0;

/** struct SpanRef: 1 refType, 2 traceIdLow, 3 traceIdHigh, 4 spanId. */
function readReference(reader: ThriftReader): SpanReference {
  const ids = [NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID, NO_SPAN_ID];
  let refType = CHILD_OF;
  readStruct(reader, (id, type) => {
    if (type !== "int" || id < 1 || id > 4) return false;
    if (id === 1) refType = reader.int();
    else ids[id] = reader.hex64();
    return true;
  });
  return { isChildOf: refType === CHILD_OF, traceId: `${ids[3]}${ids[2]}`, spanId: ids[4] ?? NO_SPAN_ID };
}

/** struct Tag: 1 key, 3 vStr. Tags of other types are none that is kept. */
function readTags(reader: ThriftReader, add: (key: string, value: Scalar) => void): void {
  readStructs(reader, () => {
    let key = "";
    let value: Scalar;
    readStruct(reader, (id, type) => {
      if (type !== "bytes" || (id !== 1 && id !== 3)) return false;
      const bytes = reader.bytes();
      if (id === 1) key = bytes.length <= MAX_KEY ? utf8(bytes) : "";
      else value = utf8(bytes);
      return true;
    });
    if (value !== undefined) add(key, value);
  });
}

/** Longer than any key that is kept. */
const MAX_KEY = 64;
