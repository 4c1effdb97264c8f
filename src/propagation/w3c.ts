// W3C Trace Context, Level 1 and Level 2: `traceparent` and `tracestate`.

import type { Field } from "../wire/field.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { combineLines, commaInSingleValue, isNamed, occursMoreThanOnce, splitParts, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { isHex, isLowerHex, isZeros, lowerHexByte } from "./hex.ts";
import { parseTraceState } from "./tracestate.ts";

export const TRACE_PARENT_HEADER = "traceparent";
const TRACE_STATE_HEADER = "tracestate";

// value          = version "-" version-format
// version        = 2HEXDIGLC     ; this document assumes version 00. Version ff is forbidden
// version-format = trace-id "-" parent-id "-" trace-flags
// trace-id       = 32HEXDIGLC    ; All zeroes forbidden
// parent-id      = 16HEXDIGLC    ; All zeroes forbidden
// trace-flags    = 2HEXDIGLC
export const VERSION_END = 2;
export const TRACE_ID_START = VERSION_END + 1;
export const TRACE_ID_END = TRACE_ID_START + TRACE_ID_DIGITS;
export const PARENT_ID_START = TRACE_ID_END + 1;
export const PARENT_ID_END = PARENT_ID_START + SPAN_ID_DIGITS;
export const FLAGS_START = PARENT_ID_END + 1;
export const TRACE_PARENT_LENGTH = FLAGS_START + 2;

export const FLAG_SAMPLED = 0x01;
/** Level 2 §3.2.2.5.2: at least the right-most 7 bytes of the trace-id are random. */
const FLAG_RANDOM = 0x02;
/** Nobody warns of a value of version 00 that sets no others. */
export const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM;

const DASH = 0x2d;
const NO_WARNINGS: readonly string[] = [];

export const w3c: PropagationFormat = {
  name: "w3c",
  fields: [TRACE_PARENT_HEADER, TRACE_STATE_HEADER],
  state: [TRACE_STATE_HEADER],
  extract(fields) {
    let parent: string | undefined;
    let parents = 0;
    let states = 0;
    for (const field of fields) {
      if (isNamed(field, TRACE_PARENT_HEADER)) {
        parents++;
        parent ??= field.value;
      } else if (isNamed(field, TRACE_STATE_HEADER)) states++;
    }
    // §3.3: without a traceparent that can be parsed, tracestate MUST NOT be parsed.
    if (parent === undefined) return undefined;
    if (parents > 1) return { format: "w3c", malformed: occursMoreThanOnce(traceParents(fields)) };
    const parsed = parseTraceparent(parent);
    if ("malformed" in parsed) return { format: "w3c", malformed: parsed.malformed };
    if (states === 0) return { format: "w3c", context: parsed.context, warnings: parsed.warnings };
    return withTraceState(parsed, combineLines(fields, TRACE_STATE_HEADER) ?? "");
  },
};

export type ParsedTraceparent =
  | { readonly context: TraceContext; readonly warnings: readonly string[] }
  /** `malformed` is in the specification's words. `isCut`: the value is a proper prefix of the grammar. */
  | { readonly malformed: string; readonly isCut: boolean };

/** One value, whatever else the message holds: also for a look into each of several `traceparent`s. Never throws. */
export function parseTraceparent(value: string): ParsedTraceparent {
  const text = trimOws(value);
  if (!beginsLikeVersion00(text)) return explain(text);
  const isVersion00 = text.startsWith("00");
  const hasMore = text.length > TRACE_PARENT_LENGTH;
  if (hasMore && (isVersion00 || text.charCodeAt(TRACE_PARENT_LENGTH) !== DASH)) return explain(text);
  if (text.startsWith("ff")) return explain(text);
  const flags = lowerHexByte(text, FLAGS_START);
  const context: TraceContext = {
    traceId: text.slice(TRACE_ID_START, TRACE_ID_END),
    spanId: text.slice(PARENT_ID_START, PARENT_ID_END),
    sampled: (flags & FLAG_SAMPLED) !== 0,
    flags,
  };
  if (isVersion00 && flags <= KNOWN_FLAGS) return { context, warnings: NO_WARNINGS };
  return { context, warnings: [isVersion00 ? unknownFlags(text) : higherVersion(text)] };
}

/** The first 55 characters, on which all versions agree (§3.2.4 Versioning of traceparent). */
function beginsLikeVersion00(text: string): boolean {
  return (
    text.length >= TRACE_PARENT_LENGTH &&
    text.charCodeAt(VERSION_END) === DASH &&
    text.charCodeAt(TRACE_ID_END) === DASH &&
    text.charCodeAt(PARENT_ID_END) === DASH &&
    isLowerHex(text, 0, VERSION_END) &&
    isLowerHex(text, TRACE_ID_START, TRACE_ID_END) &&
    isLowerHex(text, PARENT_ID_START, PARENT_ID_END) &&
    isLowerHex(text, FLAGS_START, TRACE_PARENT_LENGTH) &&
    !isZeros(text, TRACE_ID_START, TRACE_ID_END) &&
    !isZeros(text, PARENT_ID_START, PARENT_ID_END)
  );
}

function unknownFlags(text: string): string {
  return `trace-flags ${text.slice(FLAGS_START, TRACE_PARENT_LENGTH)} sets bits that are reserved; vendors MUST set those to zero`;
}

function higherVersion(text: string): string {
  return `version ${text.slice(0, VERSION_END)} is higher than 00; only the fields of version 00 are read`;
}

/** `text` has been found to be invalid; says why. */
function explain(text: string): ParsedTraceparent {
  if (text === "") return { malformed: "the value is empty", isCut: false };
  const cut = cutPart(text);
  if (cut === undefined) return { malformed: commaInSingleValue(text) ?? whyMalformed(text), isCut: false };
  return { malformed: `the value ends after ${text.length} of ${TRACE_PARENT_LENGTH} characters, ${cut}`, isCut: true };
}

function whyMalformed(text: string): string {
  const [version = "", traceId, parentId, flags, ...more] = splitParts(text, "-", 5);
  const length = `the value is ${text.length} characters long, not ${TRACE_PARENT_LENGTH}`;
  const problem =
    partProblem("version", version, VERSION_END, length) ??
    (version === "ff" ? "version ff is forbidden" : undefined) ??
    partProblem("trace-id", traceId, TRACE_ID_DIGITS, length) ??
    partProblem("parent-id", parentId, SPAN_ID_DIGITS, length) ??
    partProblem("trace-flags", flags, 2, length);
  if (problem !== undefined) return problem;
  if (more.length > 0 && version === "00") return `version 00 ends with trace-flags, and more fields follow; ${length}`;
  if (isZeros(traceId ?? "", 0, TRACE_ID_DIGITS)) return "trace-id is all zeroes, which is forbidden";
  return "parent-id is all zeroes, which is forbidden";
}

/** Where the value was cut; undefined when it is no proper prefix of the grammar. */
function cutPart(text: string): string | undefined {
  const { length } = text;
  if (length >= TRACE_PARENT_LENGTH) return undefined;
  for (let i = 0; i < length; i++) {
    const isDelimiter = i === VERSION_END || i === TRACE_ID_END || i === PARENT_ID_END;
    if (isDelimiter ? text.charCodeAt(i) !== DASH : !isLowerHex(text, i, i + 1)) return undefined;
  }
  if (length < TRACE_ID_START) return "in version";
  if (length < PARENT_ID_START) return length === TRACE_ID_END ? "after trace-id" : "in trace-id";
  if (length < FLAGS_START) return length === PARENT_ID_END ? "after parent-id" : "in parent-id";
  return "in trace-flags";
}

function partProblem(name: string, part: string | undefined, digits: number, length: string): string | undefined {
  if (part === undefined) return `${name} is missing; ${length}`;
  if (isHex(part)) {
    if (part.length !== digits) return `${name} has ${part.length} characters, not ${digits}; ${length}`;
    return isLowerHex(part, 0, digits) ? undefined : `${name} holds upper-case hex digits; it MUST be lower-case hex (${digits}HEXDIGLC)`;
  }
  if (part.length !== digits) return `${name} is not ${digits}HEXDIGLC; ${length}`;
  return `${name} holds a character that is not a lower-case hex digit (${digits}HEXDIGLC)`;
}

function traceParents(fields: readonly Field[]): string[] {
  const values: string[] = [];
  for (const field of fields) if (isNamed(field, TRACE_PARENT_HEADER)) values.push(field.value);
  return values;
}

/** §3.3: failure to parse tracestate MUST NOT affect the parsing of traceparent. */
function withTraceState(parsed: Exclude<ParsedTraceparent, { malformed: string }>, traceState: string): Extraction {
  const { traceId, spanId, sampled, flags = 0 } = parsed.context;
  const { members, problems, warnings } = parseTraceState(traceState);
  const dropped = problems.map((problem) => `${problem}: tracestate must be dropped`);
  const all = dropped.length + warnings.length === 0 ? parsed.warnings : [...parsed.warnings, ...dropped, ...warnings];
  // "Vendors MUST accept empty tracestate headers": they say as much as none, and Envoy sends them where there was none.
  const isKept = problems.length === 0 && members.length > 0;
  return { format: "w3c", context: isKept ? { traceId, spanId, sampled, flags, traceState } : parsed.context, warnings: all };
}
