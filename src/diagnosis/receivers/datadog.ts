import type { Span } from "../../spans/span.ts";
import { datadogReader } from "./read-datadog.ts";
import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import type { Receiver } from "./receiver.ts";

// Datadog's tracers read their own fields first, then `traceparent`; B3 only where DD_TRACE_PROPAGATION_STYLE names it. Where both are there and disagree,
// their own win. One member of the tracestate is theirs, so that 31 of others' are kept.
const OTHERS_KEPT = 31;

export const datadogNode: Receiver = {
  name: "Datadog for Node.js",
  known: "measured: dd-trace 5.132",
  made: (span) => isDatadog(span, "nodejs"),
  reads: [datadogReader({ takesZeroParent: true }), traceparentReader({ lines: "joined", takesUpperCase: true })],
  loses: (lines) => tracestateLoss(lines, { maxMembers: OTHERS_KEPT }),
};

export const datadogPython: Receiver = {
  name: "Datadog for Python",
  known: "measured: ddtrace 4.16",
  made: (span) => isDatadog(span, "python"),
  reads: [datadogReader({ takesNoParent: true, takesZeroParent: true }), traceparentReader({ lines: undefined })],
  loses: (lines) => tracestateLoss(lines, { maxMembers: OTHERS_KEPT }),
};

/** Reads the flags as a signed byte. */
const MAX_SIGNED = 0x7f;

export const datadogGo: Receiver = {
  name: "Datadog for Go",
  known: "measured: dd-trace-go 2.12",
  made: (span) => isDatadog(span, "go"),
  reads: [datadogReader({}), traceparentReader({ lines: "one", takesUpperCase: true, maxFlags: MAX_SIGNED })],
};

/** As the collector's receiver of Datadog's traces describes them. */
function isDatadog({ resource: { language, sdk } }: Span, wanted: string): boolean {
  return language === wanted && sdk !== undefined && /^datadog/i.test(sdk);
}
