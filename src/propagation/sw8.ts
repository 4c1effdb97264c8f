// SkyWalking ("Cross Process Propagation Headers Protocol v3"): sw8: 1-TRACEID-SEGMENTID-3-SERVICE-INSTANCE-ENDPOINT-PEER
// "8 fields split by -", strings in BASE64. A trace id is a string, not a number; a span is a number within a segment.

import { FNV_OFFSET, fnv1a } from "../wire/fnv1a.ts";
import { bytesToHex, decodeBase64 } from "./base64.ts";
import { occursMoreThanOnce, quote, splitParts, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat } from "./format.ts";
import { isHex } from "./hex.ts";

const SW8_HEADER = "sw8";

const FIELDS = [
  "Sample",
  "Trace ID",
  "Parent trace segment ID",
  "Parent span ID",
  "Parent service",
  "Parent service instance",
  "Parent endpoint",
  "Target address",
];
const UUID_DIGITS = 32;
const UUID_BYTES = 16;
/** "Must be an integer. It begins with 0." */
const SPAN_ID = /^\d{1,9}$/;

export const sw8: PropagationFormat = {
  name: "sw8",
  fields: [SW8_HEADER],
  extract(fields) {
    const [first, second] = fields;
    if (first === undefined) return undefined;
    if (second !== undefined) return { format: "sw8", malformed: occursMoreThanOnce(fields.map((field) => field.value)) };
    const value = trimOws(first.value);
    // An agent that ignores the trace sends the field empty.
    return value === "" ? undefined : parse(value);
  },
};

function parse(value: string): Extraction {
  const parts = splitParts(value, "-", FIELDS.length + 1);
  if (parts.length !== FIELDS.length) return malformed(countProblem(parts.length));
  const [sample = "", traceText = "", segmentText = "", span = ""] = parts;
  if (sample !== "0" && sample !== "1") return malformed(`Sample is ${quote(sample)}, not 0 or 1`);
  const trace = decodeText(traceText);
  const segment = decodeText(segmentText);
  if (trace === undefined || trace === "") return malformed(stringProblem("Trace ID", traceText));
  if (segment === undefined || segment === "") return malformed(stringProblem("Parent trace segment ID", segmentText));
  if (!SPAN_ID.test(span)) return malformed(`Parent span ID is ${quote(span)}, not an integer that begins with 0`);
  const context = {
    traceId: bytesToHex(idBytes(trace, 0)),
    traceIdSeen: trace,
    spanId: bytesToHex(foldHalves(idBytes(segment, Number(span)))),
    sampled: sample === "1",
  };
  return { format: "sw8", context, warnings: [] };
}

function malformed(problem: string): Extraction {
  return { format: "sw8", malformed: problem };
}

function countProblem(count: number): string {
  if (count > FIELDS.length) return `the value has more than ${FIELDS.length} fields split by "-"`;
  return `the value ends in ${FIELDS[count - 1]}: it has ${count} of ${FIELDS.length} fields`;
}

function stringProblem(name: string, text: string): string {
  return text === "" ? `${name} is empty` : `${name} is ${quote(text)}, not a BASE64 string`;
}

function decodeText(text: string): string | undefined {
  const bytes = decodeBase64(text);
  return bytes === undefined ? undefined : String.fromCharCode(...bytes);
}

/**
 * 16 bytes that stand for a SkyWalking id, so that it compares with others. Ids of agents are `UUID[.thread.sequence]`; OpenTelemetry's Collector
 * makes 16 bytes of them by XOR, and a Jaeger behind it holds those: the UUID, with `extra` (little-endian) over its first four bytes, the
 * thread over the next four and the sequence over the last eight. Any other string is digested.
 */
function idBytes(id: string, extra: number): Uint8Array {
  const [uuidText = "", thread, sequence, ...more] = splitParts(id, ".", 4);
  const digits = uuidText.replaceAll("-", "");
  const isNumbered = thread !== undefined && sequence !== undefined && /^\d{1,19}$/.test(thread) && /^\d{1,19}$/.test(sequence);
  if (digits.length !== UUID_DIGITS || !isHex(digits) || more.length > 0 || (thread !== undefined && !isNumbered)) return digest(id, extra);
  const bytes = new Uint8Array(UUID_BYTES);
  for (let i = 0; i < UUID_BYTES; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  xorLittleEndian(bytes, 0, 4, BigInt(extra));
  if (isNumbered) {
    xorLittleEndian(bytes, 4, 4, BigInt(thread));
    xorLittleEndian(bytes, 8, 8, BigInt(sequence));
  }
  return bytes;
}

function xorLittleEndian(bytes: Uint8Array, from: number, length: number, value: bigint): void {
  let rest = value;
  for (let i = from; i < from + length; i++) {
    bytes[i] = bytes[i]! ^ Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** FNV-1a, four lanes of 32 bits with different beginnings: equal strings give equal ids, which is all that is asked of it. */
function digest(id: string, extra: number): Uint8Array {
  const bytes = new Uint8Array(UUID_BYTES);
  for (let lane = 0; lane < UUID_BYTES / 4; lane++) {
    const hash = fnv1a(id, FNV_OFFSET ^ Math.imul(lane + 1, 0x9e3779b1) ^ extra);
    for (let i = 0; i < 4; i++) bytes[lane * 4 + i] = hash >>> (8 * i);
  }
  return bytes;
}

function foldHalves(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, UUID_BYTES / 2).map((byte, i) => byte ^ bytes[i + UUID_BYTES / 2]!);
}
