// Google Cloud Trace ("Trace context" of its documentation): X-Cloud-Trace-Context: TRACE_ID/SPAN_ID;o=OPTIONS
// TRACE_ID is 32 hexadecimal characters, SPAN_ID is decimal, and the lowest bit of OPTIONS says whether the request is traced.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { commaInSingleValue, occursMoreThanOnce, quote, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { canonicalId, isHex, isLowerHex, isZeros } from "./hex.ts";
import { decimalToHex } from "./spread-fields.ts";

const X_CLOUD_TRACE_CONTEXT = "x-cloud-trace-context";

const TRACED = 1;
const OPTIONS = /^\d{1,3}$/;

export const cloudTrace: PropagationFormat = {
  name: "cloudtrace",
  fields: [X_CLOUD_TRACE_CONTEXT],
  extract(fields) {
    const [first, second] = fields;
    if (first === undefined) return undefined;
    if (second !== undefined) return { format: "cloudtrace", malformed: occursMoreThanOnce(fields.map((field) => field.value)) };
    return parse(trimOws(first.value));
  },
};

function parse(value: string): Extraction | undefined {
  const semicolon = value.indexOf(";");
  const ids = semicolon < 0 ? value : value.slice(0, semicolon);
  const slash = ids.indexOf("/");
  const trace = slash < 0 ? ids : ids.slice(0, slash);
  const span = slash < 0 ? "" : ids.slice(slash + 1);
  const problem = traceProblem(trace, value) ?? commaInSingleValue(value);
  if (problem !== undefined) return { format: "cloudtrace", malformed: problem };
  // "TRACE_ID" alone, and a span of 0, force a trace that no span is the parent of.
  if (span === "") return undefined;
  const spanId = decimalToHex(span);
  if (spanId === undefined)
    return { format: "cloudtrace", malformed: `SPAN_ID is ${quote(span)}, not an unsigned decimal number of 64 bits` };
  if (isZeros(spanId, 0, SPAN_ID_DIGITS)) return undefined;
  const warnings: string[] = [];
  if (!isLowerHex(trace, 0, TRACE_ID_DIGITS)) warnings.push("TRACE_ID holds upper-case hex digits; receivers differ in accepting them");
  const sampled = semicolon < 0 ? "deferred" : readOptions(value.slice(semicolon + 1), warnings);
  const traceId = canonicalId(trace, TRACE_ID_DIGITS);
  const seen = traceId === trace ? {} : { traceIdSeen: trace };
  return { format: "cloudtrace", context: { traceId, ...seen, spanId, sampled }, warnings };
}

function traceProblem(trace: string, value: string): string | undefined {
  if (value === "") return "the value is empty";
  if (trace.length < TRACE_ID_DIGITS && trace === value && isHex(trace))
    return `the value ends after ${trace.length} of ${TRACE_ID_DIGITS} characters of TRACE_ID`;
  if (trace.length !== TRACE_ID_DIGITS || !isHex(trace))
    return commaInSingleValue(value) ?? `TRACE_ID is not a ${TRACE_ID_DIGITS}-character hexadecimal value`;
  return isZeros(trace, 0, TRACE_ID_DIGITS) ? "TRACE_ID is all zeroes" : undefined;
}

/** `o=` may be left out, and then the receiver decides. */
function readOptions(text: string, warnings: string[]): TraceContext["sampled"] {
  const options = trimOws(text);
  if (options === "" || options === "o=") return "deferred";
  const number = options.slice(2);
  if (options.startsWith("o=") && OPTIONS.test(number)) return (Number(number) & TRACED) !== 0;
  warnings.push(`the options are ${quote(options)}, not o=0 or o=1`);
  return "deferred";
}
