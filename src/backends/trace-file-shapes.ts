// Which kind of trace export a file is, told by its content (jaeger.md §9), and its spans. Pure: bytes in, spans out.

import { Interner } from "../spans/interner.ts";
import { readJaegerJson } from "../spans/jaeger-json.ts";
import { isObject } from "../spans/json-value.ts";
import { readOtlpJson } from "../spans/otlp-json.ts";
import { readOtlpProtobuf } from "../spans/otlp-protobuf.ts";
import type { Trace } from "../spans/span.ts";
import type { SpanReading } from "../spans/span-collector.ts";
import { MAX_TRACE_FILE_BYTES, MAX_TRACE_FILE_LISTS } from "../wire/limits.ts";
import { decompressWhole } from "./decompress-whole.ts";
import { eachLengthPrefixed } from "./split-length-prefixed.ts";

export type TraceFileReading = SpanReading | { readonly problem: string };

const NO_EXPORT = "is no trace export";
const EXPECTED = "Expected Jaeger UI JSON, OTLP JSON or the collector's file exporter; gzip and zstd are allowed.";

/** `problem` continues a sentence that begins with the file's name. Never throws. */
export function readTraceFile(packed: Uint8Array, interner: Interner = new Interner()): TraceFileReading {
  let bytes: Uint8Array;
  try {
    bytes = decompressWhole(packed, MAX_TRACE_FILE_BYTES);
  } catch (error) {
    return { problem: `cannot be unpacked: ${error instanceof Error ? error.message : error}.` };
  }
  if (bytes.length === 0) return { problem: `is empty. ${EXPECTED}` };
  const start = firstByte(bytes);
  if (start === 0x7b || start === 0x5b) return readJson(bytes, interner);
  return readRecords(bytes, interner) ?? readMessage(bytes, interner) ?? { problem: describe(bytes) };
}

/** One JSON document, or one on each line. */
function readJson(bytes: Uint8Array, interner: Interner): TraceFileReading {
  const lines = new Reading();
  let whole: JsonText | undefined;
  let number = 0;
  for (const line of linesOf(bytes)) {
    number++;
    const document = parse(line);
    if (number === 1 && !("value" in document)) {
      whole = parse(bytes);
      break;
    }
    if (!("value" in document)) lines.warn(`line ${number} is no whole JSON value and was not read (is the file still being written?)`);
    else {
      const reading = readDocument(document.value, interner);
      if ("traces" in reading) lines.add(reading);
      else if (number === 1) return reading;
      else lines.warn(`line ${number} ${reading.problem}`);
    }
  }
  if (!whole) return lines;
  if (!("value" in whole)) return { problem: `looks like JSON and is not: ${whole.problem}. ${EXPECTED}` };
  return readDocument(whole.value, interner);
}

/** `depth`: of lists that it lies in. */
function readDocument(document: unknown, interner: Interner, depth = 0): TraceFileReading {
  if (Array.isArray(document) && document.length > 0) {
    if (depth >= MAX_TRACE_FILE_LISTS) return { problem: `${NO_EXPORT}: it is JSON, and lists in lists. ${EXPECTED}` };
    const all = new Reading();
    for (const item of document) {
      const reading = readDocument(item, interner, depth + 1);
      if (!("traces" in reading)) return reading;
      all.add(reading);
    }
    return all;
  }
  // A single trace, as `jq .data[0]` gives it.
  const wrapped =
    isObject(document) && typeof document.traceID === "string" && Array.isArray(document.spans) ? { data: [document] } : document;
  return readOtlpJson(wrapped, interner) ?? readJaegerJson(wrapped, interner) ?? { problem: describeJson(document) };
}

/** The collector's proto records and recorded gRPC replies. The first record that holds anything decides whether these are records at all. */
function readRecords(bytes: Uint8Array, interner: Interner): SpanReading | undefined {
  const all = new Reading();
  let read = 0;
  let number = 0;
  let empty = 0;
  const end = eachLengthPrefixed(
    bytes,
    (record) => {
      number++;
      const reading = readRecord(record, interner);
      if (reading) all.add(reading);
      else if (read === 0) return false;
      else all.warn(`record ${number} is no OTLP message and was not read`);
      read++;
      return true;
    },
    () => {
      number++;
      empty++;
    },
  );
  if (read === 0) return undefined;
  if (empty > 0) all.warn(`${empty} of ${number} records are empty`);
  if (end < bytes.length) all.warn(`the last record is cut (is the file still being written?); the ${number} before it were read`);
  return all;
}

/** A record may be packed by itself. */
function readRecord(packed: Uint8Array, interner: Interner): SpanReading | undefined {
  let bytes: Uint8Array;
  try {
    bytes = decompressWhole(packed, MAX_TRACE_FILE_BYTES);
  } catch {
    return undefined;
  }
  if (bytes[0] !== 0x7b) return readOtlpProtobuf(bytes, interner);
  const document = parse(bytes);
  return "value" in document ? readOtlpJson(document.value, interner) : undefined;
}

/** One bare TracesData message. Protobuf has no magic and accepts much by chance, so it must hold a span to count. */
function readMessage(bytes: Uint8Array, interner: Interner): SpanReading | undefined {
  if (bytes[0] !== 0x0a) return undefined;
  const reading = readOtlpProtobuf(bytes, interner);
  return reading?.traces.some((trace) => /[1-9a-f]/.test(trace.traceId)) ? reading : undefined;
}

class Reading implements SpanReading {
  readonly traces: Trace[] = [];
  readonly warnings: string[] = [];

  add(reading: SpanReading): void {
    for (const trace of reading.traces) this.traces.push(trace);
    for (const text of reading.warnings) this.warn(text);
  }

  warn(text: string): void {
    if (this.warnings.length < 10) this.warnings.push(text);
    else if (this.warnings.length === 10) this.warnings.push("more of the same");
  }
}

type JsonText = { readonly value: unknown } | { readonly problem: string };

function parse(bytes: Uint8Array): JsonText {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    return { value: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function* linesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(at, end);
    if (line.some((byte) => byte > 0x20)) yield line;
    at = end + 1;
  }
}

/** The first byte that is neither blank nor part of a byte order mark. */
function firstByte(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09)) at++;
  return bytes[at] ?? 0;
}

function describe(bytes: Uint8Array): string {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  if (["0a0d0d0a", "d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d"].includes(magic))
    return "is a capture, not a trace export: name it without --traces.";
  const text = Buffer.from(bytes.subarray(0, 60)).toString("utf8");
  if (/^\s*<(!doctype|html)/i.test(text)) {
    return "is an HTML page, not a trace export: Jaeger answers an unknown path with its UI. Fetch /api/traces/ID?raw=true or /api/v3/traces/ID?raw_traces=true.";
  }
  return `${NO_EXPORT} (it starts with ${JSON.stringify(text.slice(0, 12))}). ${EXPECTED}`;
}

function describeJson(document: unknown): string {
  if (!isObject(document)) return `${NO_EXPORT}: it is JSON, but no object. ${EXPECTED}`;
  const errors = document.errors ?? document.error;
  const known = document.data === undefined || document.data === null;
  if (errors !== undefined && errors !== null && known) return `is an error answer of Jaeger, no trace export: ${inShort(errors)}.`;
  if ("localEndpoint" in document || ("id" in document && "traceId" in document))
    return `holds Zipkin spans, which are not read. ${EXPECTED}`;
  if ("resourceLogs" in document || "resourceMetrics" in document) return `holds OTLP logs or metrics, no spans. ${EXPECTED}`;
  const keys = Object.keys(document).slice(0, 5).join(", ");
  return `${NO_EXPORT} (JSON with the keys ${keys === "" ? "none" : keys}). ${EXPECTED}`;
}

function inShort(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, 200);
  } catch {
    return "one that lies too deep to be told"; // JSON is read to any depth, and not written to any
  }
}
