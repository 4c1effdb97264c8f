import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { isOpenTelemetry, type Receiver } from "./receiver.ts";

/** There must be a single `traceparent`. Only the sampled bit of the flags is read, and only that one goes on. */
export const dotnet: Receiver = {
  name: "OpenTelemetry .NET",
  known: "read: TraceContextPropagator of its source",
  made: (span) => isOpenTelemetry(span, "dotnet"),
  reads: [traceparentReader({ lines: "one" })],
  loses: (lines) => tracestateLoss(lines, { dropsBad: "list" }),
};
