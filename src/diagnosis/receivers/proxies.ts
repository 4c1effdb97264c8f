import { isProxySdk } from "../../spans/proxy-span.ts";
import type { Span } from "../../spans/span.ts";
import { b3Readers } from "./read-b3.ts";
import { traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { uberReader } from "./read-uber-trace-id.ts";
import type { Receiver } from "./receiver.ts";

/** A value that it cannot read it passes on as it is, and makes no span. Any version of 55 characters is read, `ff` too. */
export const envoy: Receiver = {
  name: "Envoy's OpenTelemetry tracer",
  known: "read: span_context_extractor of its source; joining and an empty tracestate were measured",
  made: (span) => isOf(span, /^(envoy|istio)/i),
  reads: [traceparentReader({ lines: "first", takesUpperCase: true, is55Long: true })],
  loses: (lines) => tracestateLoss(lines, { takesFirstLine: true }),
};

/** Reads `b3` and writes `x-b3-*`; what it cannot read it passes on as it is, without a span. Its spans carry no SDK, and a tag that says "proxy". */
export const envoyZipkin: Receiver = {
  name: "Envoy's Zipkin tracer",
  known: "read: span_context_extractor of its source",
  made: ({ resource, attributes }) => resource.sdk === undefined && attributes.component === "proxy",
  reads: b3Readers({
    takesUpperCase: "both",
    takesShortTraceId: true,
    takesShortSpanId: true,
    takesEmptyParent: true,
    takesFirstLine: true,
  }),
};

/** `otel_trace_context` extract or propagate; with ignore, the default, it reads nothing. Its spans' scope is `nginx`. */
export const nginxOtel: Receiver = {
  name: "nginx's OpenTelemetry module",
  known: "read: trace_context and http_module of its source",
  made: (span) => isOf(span, /^nginx/i),
  reads: [traceparentReader({ lines: "first", takesUpperCase: true, isOnlyVersion00: true })],
  loses: (lines) => tracestateLoss(lines, { takesFirstLine: true }),
};

/** Any OpenTracing tracer may stand behind the module; Jaeger's for C++ was the usual one. Several lines are not known. */
export const nginxOpentracing: Receiver = {
  name: "nginx's OpenTracing module with Jaeger",
  known: "read: SpanContext and Propagator of jaeger-client-cpp",
  made: () => false,
  reads: [uberReader({ decodes: true, takesUpperCase: true, takesFirstLine: true })],
};

function isOf({ resource, scope }: Span, wanted: RegExp): boolean {
  return [resource.sdk ?? "", scope].some((name) => isProxySdk(name) && wanted.test(name));
}
