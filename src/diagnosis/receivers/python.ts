import type { Span } from "../../spans/span.ts";
import { b3Readers } from "./read-b3.ts";
import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { uberReader } from "./read-uber-trace-id.ts";
import { isOpenTelemetry, type Receiver } from "./receiver.ts";

const WSGI = /\b(flask|wsgi|django|pyramid|falcon)\b/;
const ASGI = /\b(fastapi|asgi|starlette)\b/;
const KNOWN = "measured: 1.45.1, instrumentation 0.66b1";
const b3 = b3Readers({ takesUpperCase: "both", takesEmptyParent: true, takesBadParent: true, takesAnyState: "both" });
const uber = uberReader({ takesUpperCase: true, takesAnyParent: true, takesLongFlags: true });
const loses: Receiver["loses"] = (lines) => tracestateLoss(lines, { dropsBad: "list", isLevel1: true });

/** WSGI joins equal field names with a comma (PEP 3333 leaves it to the server). */
export const pythonWsgi: Receiver = {
  name: "OpenTelemetry Python behind WSGI",
  known: KNOWN,
  made: (span) => isPython(span) && WSGI.test(span.scope),
  reads: [traceparentReader({ lines: "joined" }), ...b3, uber],
  loses,
};

/** ASGI keeps the lines, and the first one counts. */
export const pythonAsgi: Receiver = {
  name: "OpenTelemetry Python behind ASGI",
  known: KNOWN,
  made: (span) => isPython(span) && ASGI.test(span.scope),
  reads: [traceparentReader({ lines: "first" }), ...b3, uber],
  loses,
};

/** Behind what is not known. */
export const python: Receiver = {
  name: "OpenTelemetry Python",
  known: KNOWN,
  made: isPython,
  reads: [traceparentReader({ lines: undefined }), ...b3, uber],
  loses,
};

function isPython(span: Span): boolean {
  return isOpenTelemetry(span, "python");
}
