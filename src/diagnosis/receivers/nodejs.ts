import { b3Readers } from "./read-b3.ts";
import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { uberReader } from "./read-uber-trace-id.ts";
import { isOpenTelemetry, type Receiver } from "./receiver.ts";

/** Node joins equal field names with a comma before the SDK sees them. */
export const nodejs: Receiver = {
  name: "OpenTelemetry JavaScript",
  known: "measured: 2.12",
  made: (span) => isOpenTelemetry(span, "nodejs"),
  reads: [
    traceparentReader({ lines: "joined" }),
    ...b3Readers({
      takesUpperCase: "multi",
      takesShortTraceId: true,
      takesEmptyParent: true,
      takesBadParent: true,
      takesAnyState: "single",
    }),
    uberReader({ decodes: true, takesUpperCase: true, takesAnyParent: true, takesLongFlags: true }),
  ],
  loses: (lines) => tracestateLoss(lines, { dropsBad: "members", isLevel1: true, maxMembers: 32, maxLength: 512 }),
};
