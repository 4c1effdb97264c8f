import type { Trace } from "../spans/span.ts";

/** Services under which Jaeger traces its own query API (2.x, 1.x): every look-up makes a trace, which says nothing about the capture. */
export const SELF_SERVICES: ReadonlySet<string> = new Set(["jaeger", "jaeger-query", "jaeger-all-in-one"]);

export function isSelfTrace(trace: Trace): boolean {
  return trace.spans.length > 0 && trace.spans.every((span) => SELF_SERVICES.has(span.resource.service));
}
