// What to change, by cause: the first advice a reader gets. The whole of it is in each rule's help.

import type { Cause } from "./verdict.ts";

const FIXES: Partial<Record<Cause, string>> = {
  "proxy-drops-header":
    "Let the proxy pass the trace fields on: it must neither clear nor list headers without traceparent and tracestate.",
  "client-does-not-inject": "Instrument the HTTP client of this call, or copy the trace fields of the incoming request to it.",
  "transport-does-not-inject":
    "The client makes a span and does not inject it: call the propagator's inject in the transport before the request is sent.",
  "goroutine-without-context": "Hand the request's context to the goroutine, thread or task instead of starting from an empty one.",
  "restarts-trace":
    "Let the proxy go on with the incoming trace (its tracing must extract before it injects), or link the new trace to the old one.",
  "one-backend-of-many": "Compare this replica's image, configuration and environment with the others': it alone behaves so.",
  "reinjected-by-proxy": "Let the proxy inject as a child of the context that came in, in the same formats, or leave the fields alone.",
  "two-injectors": "Leave one injector: two agents or middlewares write trace fields into the same request.",
  "trace-id-shortened": "Switch the sender to 128-bit trace ids.",
  "format-translated-wrong": "Pad 64-bit trace ids with zeros on the left.",
  "format-mismatch": "Let both sides share a format: add the sender's to the receiver's propagators (OTEL_PROPAGATORS) or the reverse.",
  "header-truncated": "Raise or remove the length limit on header values: tracestate may hold 512 characters, baggage 8,192.",
  "header-malformed": "Correct what writes the value: 55 characters, lower-case hex, no zero ids.",
  "header-duplicated": "Set the field instead of appending it, so that there is one line.",
  "header-too-large": "Raise the receiver's header limit, or send less baggage.",
  "sampled-flag-changed": "Leave the sampled flag as it came: use a parent-based sampler.",
  unsampled: "Nothing to change unless these requests should be recorded: then sample them where the trace begins.",
  "capture-cut": "Capture with full packets (-s 0) and a larger buffer (-B), from before the first request.",
};

export function fixFor(cause: Cause): string {
  return FIXES[cause] ?? "";
}
