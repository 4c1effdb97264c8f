// OpenTracing's basic tracers and LightStep (opentracing/basictracer-*, "OTTrace" of OpenTelemetry): ot-tracer-traceid and -spanid,
// "uint64 encoded as a string of 16 hex characters"; OpenTelemetry's propagators read 32 as well and write the low 16.

import { b3Context, spanIdProblem, traceIdProblem } from "./b3-ids.ts";
import { quote } from "./field-lines.ts";
import type { PropagationFormat, TraceContext } from "./format.ts";
import { firstLineOf } from "./spread-fields.ts";

const TRACE_ID = "ot-tracer-traceid";
const SPAN_ID = "ot-tracer-spanid";
const SAMPLED = "ot-tracer-sampled";

const DECISIONS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

export const otTracer: PropagationFormat = {
  name: "ot",
  fields: [TRACE_ID, SPAN_ID, SAMPLED],
  extract(fields) {
    const warnings: string[] = [];
    const traceId = firstLineOf(fields, TRACE_ID, TRACE_ID, warnings);
    const spanId = firstLineOf(fields, SPAN_ID, SPAN_ID, warnings);
    const sampled = firstLineOf(fields, SAMPLED, SAMPLED, warnings);
    if (traceId === undefined && spanId === undefined) return undefined;
    const lacking = missing(traceId, spanId);
    if (lacking !== undefined) return { format: "ot", malformed: lacking, isIncomplete: true };
    const problem = traceIdProblem(TRACE_ID, traceId ?? "") ?? spanIdProblem(SPAN_ID, spanId ?? "") ?? sampledProblem(sampled);
    if (problem !== undefined) return { format: "ot", malformed: problem };
    const decision: TraceContext["sampled"] = sampled === undefined ? "deferred" : (DECISIONS.get(sampled) ?? "deferred");
    return { format: "ot", context: b3Context({ traceId: traceId ?? "", spanId: spanId ?? "" }, decision, warnings), warnings };
  },
};

function missing(traceId: string | undefined, spanId: string | undefined): string | undefined {
  if (traceId === undefined) return `${SPAN_ID} comes without ${TRACE_ID}, which is required`;
  return spanId === undefined ? `${TRACE_ID} comes without ${SPAN_ID}, which is required` : undefined;
}

function sampledProblem(sampled: string | undefined): string | undefined {
  return sampled === undefined || DECISIONS.has(sampled) ? undefined : `${SAMPLED} is ${quote(sampled)}, not true or false`;
}
