// The native format of Jaeger's client libraries ("Propagation Format" of their documentation):
// uber-trace-id: {trace-id}:{span-id}:{parent-span-id}:{flags}

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { commaInSingleValue, occursMoreThanOnce, splitParts, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { canonicalId, isHex, isZeros } from "./hex.ts";

const UBER_TRACE_ID_HEADER = "uber-trace-id";

const FLAG_SAMPLED = 0x01;
/** "Debug flag should only be set when the sampled flag is set." */
const FLAG_DEBUG = 0x02;
/** "One byte bitmap, as one or two hex digits." */
const MAX_FLAGS = 0xff;
const FLAGS_DIGITS = 2;
const PARTS = ["trace-id", "span-id", "parent-span-id", "flags"] as const;

export const jaeger: PropagationFormat = {
  name: "jaeger",
  fields: [UBER_TRACE_ID_HEADER],
  extract(fields) {
    const [first, second] = fields;
    if (first === undefined) return undefined;
    if (second !== undefined) return { format: "jaeger", malformed: occursMoreThanOnce(fields.map((field) => field.value)) };
    return parse(trimOws(first.value));
  },
};

function parse(raw: string): Extraction {
  const warnings: string[] = [];
  const value = decodeColons(raw, warnings);
  const parts = splitParts(value, ":", PARTS.length + 1);
  const problem = whyMalformed(value, parts);
  if (problem !== undefined) return { format: "jaeger", malformed: problem };
  const [seen = "", span = "", parent = "", flagDigits = ""] = parts;
  const flags = readFlags(flagDigits, warnings);
  const traceId = canonicalId(seen, TRACE_ID_DIGITS);
  const spanId = canonicalId(span, SPAN_ID_DIGITS);
  const parentSpanId = readParent(parent, warnings);
  if (!traceId.endsWith(seen) || !spanId.endsWith(span)) {
    warnings.push("the ids hold upper-case hex digits; receivers differ in accepting them");
  }
  const context: { -readonly [Name in keyof TraceContext]: TraceContext[Name] } = {
    traceId,
    spanId,
    sampled: (flags & (FLAG_SAMPLED | FLAG_DEBUG)) !== 0,
    flags,
  };
  if (traceId !== seen) context.traceIdSeen = seen;
  if (parentSpanId !== undefined) context.parentSpanId = parentSpanId;
  return { format: "jaeger", context, warnings };
}

/** Some clients encode the value as they would a URL's (jaeger-client-java#720); some receivers decode it and some do not. */
function decodeColons(raw: string, warnings: string[]): string {
  if (!raw.includes("%")) return raw;
  const decoded = raw.replaceAll("%3A", ":").replaceAll("%3a", ":");
  if (decoded !== raw) warnings.push("the value is URL-encoded (%3A for a colon); receivers differ in decoding it");
  return decoded;
}

function whyMalformed(value: string, parts: readonly string[]): string | undefined {
  if (value === "") return "the value is empty";
  const comma = commaInSingleValue(value);
  if (comma !== undefined) return comma;
  if (parts.length > PARTS.length) return `the value has more than ${PARTS.length} parts`;
  const [traceId = "", spanId = "", , flags = ""] = parts;
  const traceIs = idProblem(PARTS[0], traceId, TRACE_ID_DIGITS);
  if (traceIs !== undefined) return traceIs;
  if (parts.length < PARTS.length || flags === "") return whereCut(parts);
  const spanIs = idProblem(PARTS[1], spanId, SPAN_ID_DIGITS);
  if (spanIs !== undefined) return spanIs;
  if (!isHex(flags) || Number.parseInt(flags, 16) > MAX_FLAGS) return "flags is not a one-byte bitmap of one or two hex digits";
  return undefined;
}

/** Ids have no fixed length, so only a missing part tells a cut. */
function whereCut(parts: readonly string[]): string {
  const last = parts.length - 1;
  const where = parts[last] === "" ? "before" : "in or after";
  return `the value ends ${where} ${PARTS[last]}; the format has ${PARTS.length} parts, separated by colons`;
}

/** "Can be variable length, shorter values are 0-padded on the left"; "Value of 0 is not valid". */
function idProblem(name: string, id: string, maxDigits: number): string | undefined {
  if (id === "") return `${name} is empty`;
  if (!isHex(id)) return `${name} holds a character that is not a hex digit`;
  if (id.length > maxDigits) return `${name} is ${id.length} characters long; up to ${maxDigits} hex digits are allowed`;
  return isZeros(id, 0, id.length) ? `${name} is 0, which is not valid` : undefined;
}

/** "0 value is valid and means root span"; most clients ignore the part, so that nothing in it makes the value malformed. */
function readParent(parent: string, warnings: string[]): string | undefined {
  if (!isHex(parent) || parent.length > SPAN_ID_DIGITS) {
    warnings.push("parent-span-id is not a 64-bit value in base16 format; it is deprecated and ignored");
    return undefined;
  }
  return isZeros(parent, 0, parent.length) ? undefined : canonicalId(parent, SPAN_ID_DIGITS);
}

function readFlags(digits: string, warnings: string[]): number {
  const flags = Number.parseInt(digits, 16);
  if (digits.length > FLAGS_DIGITS) warnings.push(`flags has ${digits.length} digits; it is one or two hex digits`);
  if ((flags & FLAG_DEBUG) !== 0 && (flags & FLAG_SAMPLED) === 0) {
    warnings.push("the debug flag is set without the sampled flag; it should only be set when the sampled flag is set");
  }
  return flags;
}
