// B3 in one field (openzipkin/b3-propagation, "Single Header"):
// b3={TraceId}-{SpanId}-{SamplingState}-{ParentSpanId}, where the last two are optional.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { b3Context, parentSpanIdProblem, spanIdProblem, traceIdProblem } from "./b3-ids.ts";
import { commaInSingleValue, occursMoreThanOnce, quote, splitParts, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { isHex } from "./hex.ts";

const B3_HEADER = "b3";

export const b3Single: PropagationFormat = {
  name: "b3",
  fields: [B3_HEADER],
  extract(fields) {
    const [first, second] = fields;
    if (first === undefined) return undefined;
    if (second !== undefined) return { format: "b3", malformed: occursMoreThanOnce(fields.map((field) => field.value)) };
    return parse(trimOws(first.value));
  },
};

function parse(value: string): Extraction | undefined {
  // "When only propagating a sampling decision, the header … only contains the sampling state."
  if (samplingState(value) !== undefined) return undefined;
  // The four parts, and one more when there is more.
  const parts = splitParts(value, "-", 5);
  const problem = whyMalformed(value, parts);
  if (problem !== undefined) return { format: "b3", malformed: problem };
  const [traceId = "", spanId = "", state, parentSpanId] = parts;
  const warnings: string[] = [];
  const sampled = state === undefined ? "deferred" : (samplingState(state) ?? "deferred");
  return { format: "b3", context: b3Context({ traceId, spanId, parentSpanId }, sampled, warnings), warnings };
}

/** Accept `1`, deny `0`, debug `d`; "Debug implies an accept decision". Deferring has no encoding. */
function samplingState(text: string): TraceContext["sampled"] | undefined {
  if (text === "1" || text === "d") return true;
  return text === "0" ? false : undefined;
}

function whyMalformed(value: string, parts: readonly string[]): string | undefined {
  if (value === "") return "the value is empty";
  const comma = commaInSingleValue(value);
  if (comma !== undefined) return comma;
  const [traceId = "", spanId, state, parentSpanId, ...more] = parts;
  if (spanId === undefined) return cutId("TraceId", traceId, TRACE_ID_DIGITS) ?? traceIdProblem("TraceId", traceId) ?? "SpanId is missing";
  const traceIdIs = traceIdProblem("TraceId", traceId);
  if (traceIdIs !== undefined) return traceIdIs;
  const spanIdIs = spanIdProblem("SpanId", spanId);
  if (spanIdIs !== undefined) return (state === undefined ? cutId("SpanId", spanId, SPAN_ID_DIGITS) : undefined) ?? spanIdIs;
  if (state === undefined) return undefined;
  if (state === "" && parentSpanId === undefined) return "the value ends after SpanId and a hyphen, before SamplingState";
  if (samplingState(state) === undefined) return `SamplingState is ${quote(state)}, not 1, 0 or d`;
  if (parentSpanId === undefined) return undefined;
  const parentIs = parentSpanIdProblem("ParentSpanId", parentSpanId);
  if (parentIs !== undefined) return (more.length === 0 ? cutId("ParentSpanId", parentSpanId, SPAN_ID_DIGITS) : undefined) ?? parentIs;
  return more.length === 0 ? undefined : "ParentSpanId is the final position, and more follows";
}

/** An id that is the end of the value, hex and too short: what a cut leaves. */
function cutId(name: string, id: string, digits: number): string | undefined {
  const mayBeWhole = name === "TraceId" && id.length === SPAN_ID_DIGITS;
  if (id.length >= digits || mayBeWhole || (id !== "" && !isHex(id))) return undefined;
  return `the value ends after ${id.length} of ${digits} characters of ${name}`;
}
