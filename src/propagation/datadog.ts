// Datadog's own fields ("Trace context propagation" of its documentation): ids are decimal numbers of 64 bits. The upper half of a
// 128-bit trace id is a tag, `_dd.p.tid`, which older senders and receivers do not know.

import { SPAN_ID_DIGITS } from "../wire/id-digits.ts";
import { commaInSingleValue, quote } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { isLowerHex, isZeros } from "./hex.ts";
import { decimalToHex, firstLineOf } from "./spread-fields.ts";

const TRACE_ID = "x-datadog-trace-id";
const PARENT_ID = "x-datadog-parent-id";
const SAMPLING_PRIORITY = "x-datadog-sampling-priority";
export const DATADOG_TAGS = "x-datadog-tags";
/** The upper half of the trace id, as 16 lower-case hex digits. */
export const UPPER_HALF_TAG = "_dd.p.tid";
const NO_UPPER_HALF = "0".repeat(SPAN_ID_DIGITS);
/** `USER_REJECT` is -1 and `AUTO_REJECT` 0; `AUTO_KEEP` is 1 and `USER_KEEP` 2. */
const PRIORITY = /^-?\d{1,3}$/;

export const datadog: PropagationFormat = {
  name: "datadog",
  fields: [TRACE_ID, PARENT_ID, SAMPLING_PRIORITY, "x-datadog-origin", DATADOG_TAGS],
  extract(fields) {
    const warnings: string[] = [];
    const trace = firstLineOf(fields, TRACE_ID, TRACE_ID, warnings);
    const parent = firstLineOf(fields, PARENT_ID, PARENT_ID, warnings);
    // The sampling priority and the tags come alone where tracing is off and security events are kept.
    if (trace === undefined)
      return parent === undefined || parent === "0"
        ? undefined
        : { ...malformed(`${PARENT_ID} comes without ${TRACE_ID}`), isIncomplete: true };
    const lower = decimalToHex(trace);
    if (lower === undefined) return malformed(idProblem(TRACE_ID, trace));
    const spanId = parent === undefined ? NO_UPPER_HALF : decimalToHex(parent);
    if (spanId === undefined) return malformed(idProblem(PARENT_ID, parent ?? ""));
    if (isZeros(lower, 0, SPAN_ID_DIGITS)) return malformed(`${TRACE_ID} is 0`);
    // Synthetic tests begin a trace with parent 0: a trace id that nobody's span goes with.
    if (isZeros(spanId, 0, SPAN_ID_DIGITS)) return undefined;
    const upper = upperHalf(firstLineOf(fields, DATADOG_TAGS, DATADOG_TAGS, warnings), warnings);
    const sampled = samplingDecision(firstLineOf(fields, SAMPLING_PRIORITY, SAMPLING_PRIORITY, warnings), warnings);
    return { format: "datadog", context: { traceId: upper + lower, traceIdSeen: trace, spanId, sampled }, warnings };
  },
};

function malformed(problem: string): Extraction {
  return { format: "datadog", malformed: problem };
}

function idProblem(name: string, value: string): string {
  if (value === "") return `${name} is empty`;
  return commaInSingleValue(value) ?? `${name} is ${quote(value)}, not an unsigned decimal number of 64 bits`;
}

/** A wrong tag is dropped and the rest is kept: the SDKs note it as `_dd.propagation_error`. */
function upperHalf(tags: string | undefined, warnings: string[]): string {
  const value = tags === undefined ? undefined : tagOf(tags, UPPER_HALF_TAG);
  if (value === undefined) return NO_UPPER_HALF;
  if (value.length === SPAN_ID_DIGITS && isLowerHex(value, 0, SPAN_ID_DIGITS)) return value;
  warnings.push(`${UPPER_HALF_TAG} is ${quote(value)}, not 16 lower-case hex digits; it is dropped, and the trace id has 64 bits`);
  return NO_UPPER_HALF;
}

/** The value of a tag in `key=value,key=value`. */
function tagOf(tags: string, key: string): string | undefined {
  for (let start = 0; start <= tags.length; ) {
    const comma = tags.indexOf(",", start);
    const end = comma < 0 ? tags.length : comma;
    if (tags.startsWith(`${key}=`, start)) return tags.slice(start + key.length + 1, end).trim();
    start = end + 1;
  }
  return undefined;
}

function samplingDecision(priority: string | undefined, warnings: string[]): TraceContext["sampled"] {
  if (priority === undefined) return "deferred";
  if (PRIORITY.test(priority)) return Number(priority) > 0;
  warnings.push(`${SAMPLING_PRIORITY} is ${quote(priority)}, not a small whole number`);
  return "deferred";
}
