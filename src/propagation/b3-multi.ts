// B3 in a field per item (openzipkin/b3-propagation, "Multiple Headers").

import type { Field } from "../wire/field.ts";
import { type B3Ids, b3Context, parentSpanIdProblem, spanIdProblem, traceIdProblem } from "./b3-ids.ts";
import { quote } from "./field-lines.ts";
import type { PropagationFormat, TraceContext } from "./format.ts";
import { firstLineOf } from "./spread-fields.ts";

const X_B3_TRACE_ID = "x-b3-traceid";
const X_B3_SPAN_ID = "x-b3-spanid";
const X_B3_PARENT_SPAN_ID = "x-b3-parentspanid";
const X_B3_SAMPLED = "x-b3-sampled";
const X_B3_FLAGS = "x-b3-flags";

/** The spelling of the specification, for messages. */
const SPELLING: Readonly<Record<string, string>> = {
  [X_B3_TRACE_ID]: "X-B3-TraceId",
  [X_B3_SPAN_ID]: "X-B3-SpanId",
  [X_B3_PARENT_SPAN_ID]: "X-B3-ParentSpanId",
  [X_B3_SAMPLED]: "X-B3-Sampled",
  [X_B3_FLAGS]: "X-B3-Flags",
};

export const b3Multi: PropagationFormat = {
  name: "b3multi",
  fields: [X_B3_TRACE_ID, X_B3_SPAN_ID, X_B3_PARENT_SPAN_ID, X_B3_SAMPLED, X_B3_FLAGS],
  extract(fields) {
    const warnings: string[] = [];
    const traceId = first(fields, X_B3_TRACE_ID, warnings);
    const spanId = first(fields, X_B3_SPAN_ID, warnings);
    const parentSpanId = first(fields, X_B3_PARENT_SPAN_ID, warnings);
    const sampled = first(fields, X_B3_SAMPLED, warnings);
    const flags = first(fields, X_B3_FLAGS, warnings);
    // "It is also valid to send sampling state independently": that says nothing about a trace.
    if (traceId === undefined && spanId === undefined && parentSpanId === undefined) return undefined;
    const ids = { traceId: traceId ?? "", spanId: spanId ?? "", parentSpanId };
    const lacking = missing(traceId, spanId);
    if (lacking !== undefined) return { format: "b3multi", malformed: lacking, isIncomplete: true };
    const problem = idsProblem(ids) ?? sampledProblem(sampled);
    if (problem !== undefined) return { format: "b3multi", malformed: problem };
    const decision = samplingDecision(sampled, flags, warnings);
    return { format: "b3multi", context: b3Context(ids, decision, warnings), warnings };
  },
};

/** "When extracting state headers, the first value wins." */
function first(fields: readonly Field[], name: string, warnings: string[]): string | undefined {
  return firstLineOf(fields, name, SPELLING[name]!, warnings, "the first value wins");
}

/** "Unless propagating only the Sampling State", both are required. */
function missing(traceId: string | undefined, spanId: string | undefined): string | undefined {
  if (traceId === undefined && spanId === undefined)
    return "X-B3-ParentSpanId comes without X-B3-TraceId and X-B3-SpanId, which are required";
  if (traceId === undefined) return "X-B3-SpanId comes without X-B3-TraceId, which is required";
  return spanId === undefined ? "X-B3-TraceId comes without X-B3-SpanId, which is required" : undefined;
}

function idsProblem({ traceId, spanId, parentSpanId }: B3Ids): string | undefined {
  return (
    traceIdProblem("X-B3-TraceId", traceId) ??
    spanIdProblem("X-B3-SpanId", spanId) ??
    (parentSpanId === undefined ? undefined : parentSpanIdProblem("X-B3-ParentSpanId", parentSpanId))
  );
}

/** "An empty header (ex. `X-B3-Sampled: `) or an arbitrary nonsense value … are examples of malformed data." */
function sampledProblem(sampled: string | undefined): string | undefined {
  if (sampled === undefined || sampled === "1" || sampled === "0" || sampled === "true" || sampled === "false") return undefined;
  return sampled === "" ? "X-B3-Sampled is empty" : `X-B3-Sampled is ${quote(sampled)}, not 1 or 0`;
}

function samplingDecision(sampled: string | undefined, flags: string | undefined, warnings: string[]): TraceContext["sampled"] {
  if (sampled === "true" || sampled === "false")
    warnings.push(`X-B3-Sampled should not be encoded as ${sampled}; a lenient implementation may accept it`);
  // "Debug is encoded as `X-B3-Flags: 1`. Absent or any other value can be ignored."
  if (flags === "1") {
    if (sampled === "0" || sampled === "false") warnings.push("X-B3-Flags: 1 (debug) implies an accept decision, and X-B3-Sampled denies");
    return true;
  }
  return sampled === undefined ? "deferred" : sampled === "1" || sampled === "true";
}
