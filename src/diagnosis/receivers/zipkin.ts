import { b3Readers } from "./read-b3.ts";
import { traceparentReader } from "./read-traceparent.ts";
import type { Receiver } from "./receiver.ts";

// Zipkin's libraries write nothing into their spans that names them: no span is told to be theirs. What they read is known all the same.
const made = () => false;

/** Also Spring Cloud Sleuth, and Micrometer Tracing over Brave where it is told to read B3. */
export const brave: Receiver = {
  name: "Brave",
  known: "measured: 6.1",
  made,
  reads: b3Readers({ takesShortTraceId: true, takesShortSpanId: true, takesFirstLine: true, fallsBack: true }),
};

/** The bridge of Micrometer Tracing to Brave, which Spring Boot 3 reads `traceparent` with. It takes flags 00 and 01 only. */
export const springBrave: Receiver = {
  name: "Spring Boot 3 with Brave",
  known: "measured: micrometer-tracing-bridge-brave 1.4.5 and 1.7.2",
  made,
  reads: [traceparentReader({ lines: "first", maxFlags: 1 })],
};

export const zipkinGo: Receiver = {
  name: "zipkin-go",
  known: "measured: 0.4.3",
  made,
  reads: b3Readers({
    takesUpperCase: "both",
    takesShortTraceId: true,
    takesShortSpanId: true,
    takesZeroSpanId: true,
    takesEmptyParent: true,
    takesFirstLine: true,
    fallsBack: true,
  }),
};

export const zipkinNode: Receiver = {
  name: "zipkin for Node.js",
  known: "measured: 0.22",
  made,
  reads: b3Readers({
    isMultiOnly: true,
    takesUpperCase: "multi",
    takesShortTraceId: true,
    takesShortSpanId: true,
    takesZeroSpanId: true,
    takesEmptyParent: true,
    takesBadParent: true,
    takesAnyState: "multi",
  }),
};
