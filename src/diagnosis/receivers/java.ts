import { b3Readers } from "./read-b3.ts";
import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { uberReader } from "./read-uber-trace-id.ts";
import { isOpenTelemetry, type Receiver } from "./receiver.ts";

/** The agent takes the first of several lines. */
export const java: Receiver = {
  name: "OpenTelemetry Java",
  known: "measured: agent 2.33.1, extension of propagators 1.49",
  made: (span) => isOpenTelemetry(span, "java"),
  reads: [
    traceparentReader({ lines: "first" }),
    ...b3Readers({ takesFirstLine: true, takesEmptyParent: true, takesBadParent: true, takesAnyState: "both", fallsBack: true }),
    uberReader({ decodes: true, takesAnyParent: true, takesFirstLine: true }),
  ],
  loses: (lines) => tracestateLoss(lines, { takesFirstLine: true, dropsBad: "list", isLevel1: true }),
};
