// OpenCensus over gRPC (opencensus-specs, "BinaryEncoding"): a version byte, then fields of an id byte and a fixed length.
// 0: trace id of 16 bytes, 1: span id of 8, 2: trace options of 1. A metadata key that ends in "-bin" is BASE64 on the wire.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { bytesToHex, decodeBase64 } from "./base64.ts";
import { occursMoreThanOnce, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat } from "./format.ts";
import { isZeros } from "./hex.ts";

const GRPC_TRACE_BIN = "grpc-trace-bin";

const VERSION = 0;
const TRACE_ID_AT = 2;
const TRACE_ID_END = TRACE_ID_AT + TRACE_ID_DIGITS / 2;
const SPAN_ID_AT = TRACE_ID_END + 1;
const SPAN_ID_END = SPAN_ID_AT + SPAN_ID_DIGITS / 2;
const OPTIONS_AT = SPAN_ID_END + 1;
const WHOLE = OPTIONS_AT + 1;
const FIELD_TRACE_ID = 0;
const FIELD_SPAN_ID = 1;
const FIELD_OPTIONS = 2;
const SAMPLED = 1;

export const grpcTraceBin: PropagationFormat = {
  name: "grpc-trace-bin",
  fields: [GRPC_TRACE_BIN],
  extract(fields) {
    // Values of a binary key may be joined by commas in one line (gRPC over HTTP/2, Custom-Metadata).
    const values = fields.flatMap((field) => field.value.split(",").map(trimOws));
    const [first, second] = values;
    if (first === undefined) return undefined;
    if (second !== undefined) return malformed(occursMoreThanOnce(values));
    if (first === "") return malformed("the value is empty");
    const bytes = decodeBase64(first);
    return bytes === undefined ? malformed("the value is not BASE64") : parse(bytes);
  },
};

function parse(bytes: Uint8Array): Extraction {
  if (bytes[0] !== VERSION) return malformed(`version_id is ${bytes[0] ?? "missing"}, not ${VERSION}`);
  if (bytes.length < WHOLE - 2) return malformed(`the value ends after ${bytes.length} of ${WHOLE} bytes`);
  if (bytes[TRACE_ID_AT - 1] !== FIELD_TRACE_ID) return malformed("the first field is not the trace id (field_id 0)");
  if (bytes[SPAN_ID_AT - 1] !== FIELD_SPAN_ID) return malformed("the second field is not the span id (field_id 1)");
  const traceId = bytesToHex(bytes.subarray(TRACE_ID_AT, TRACE_ID_END));
  const spanId = bytesToHex(bytes.subarray(SPAN_ID_AT, SPAN_ID_END));
  if (isZeros(traceId, 0, TRACE_ID_DIGITS)) return malformed("the trace id is all zeroes");
  if (isZeros(spanId, 0, SPAN_ID_DIGITS)) return malformed("the span id is all zeroes");
  // "Trace options: default = 0".
  const hasOptions = bytes.length >= WHOLE && bytes[OPTIONS_AT - 1] === FIELD_OPTIONS;
  const flags = hasOptions ? bytes[OPTIONS_AT]! : 0;
  const warnings = hasOptions ? [] : ["the trace options are missing; their default is 0, not sampled"];
  return { format: "grpc-trace-bin", context: { traceId, spanId, sampled: (flags & SAMPLED) !== 0, flags }, warnings };
}

function malformed(problem: string): Extraction {
  return { format: "grpc-trace-bin", malformed: problem };
}
