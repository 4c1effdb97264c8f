// What proves that a way to lose a context is covered: a rule, a cause, and the test that shows the two.

import type { Cause } from "./verdict.ts";

export interface Covering {
  readonly rule: string;
  readonly cause: Cause;
  /** A case of the rule's tests, or `file: test`, that shows it. */
  readonly shownBy: string;
}

/** A way to lose a context (`F-`), or a sign of one (`R`). */
export interface CatalogueEntry {
  readonly id: string;
  /** In a few words of our own. */
  readonly what: string;
  /** What says it, the most usual first; empty where nothing does. */
  readonly by: readonly Covering[];
  /** Nothing was lost, so that nothing is said: the case that shows it. */
  readonly quiet?: string;
  /** What is not seen, or why nothing can be; where `by` is not empty, what remains open. */
  readonly but?: string;
}

export const by = (rule: string, cause: Cause, shownBy: string): Covering => ({ rule, cause, shownBy });

export const PROXY_STRIPS = by("context-stripped", "proxy-drops-header", "a proxy without spans gets a context and sends none");
export const ONE_ROUTE = by("context-stripped", "proxy-drops-header", "only the requests of one route lose it");
export const NOT_INJECTED = by(
  "context-stripped",
  "client-does-not-inject",
  "an application has a SERVER span and no CLIENT span for its call",
);
export const NO_PROPAGATOR = by(
  "context-stripped",
  "transport-does-not-inject",
  "an application has a CLIENT span for its call, and sends nothing",
);
export const PROXY_RESTARTS = by("trace-split", "restarts-trace", "a proxy sends a fresh trace id");
export const PROXY_IGNORES = by(
  "context-ignored",
  "restarts-trace",
  "a proxy with spans of its own begins a new trace and sends that one on",
);
export const LOST_INSIDE = by(
  "trace-split",
  "goroutine-without-context",
  "an application's CLIENT span is a root although it was serving a request of another trace",
);
export const IGNORED = by("context-ignored", "unknown", "good bytes, and the receiver's SERVER span lies in another trace");
export const OTHER_FORMAT = by("context-ignored", "format-mismatch", "the receiver reads B3 and gets W3C");
export const STRICT_SDK = by("context-ignored", "format-mismatch", "flags that W3C allows and this SDK rejects");
export const FOR_OTHERS = by("context-ignored", "format-mismatch", "judge-for-others.test.ts: is a note that names them and says why");
export const LISTS_FOR_OTHERS = by(
  "context-truncated",
  "header-truncated",
  "judge-for-others.test.ts: is told of lists that are cut, by what is lost",
);
export const TWO_AGENTS = by(
  "trace-split",
  "two-injectors",
  "two agents in one application inject two traces, and the receiver took the foreign one",
);
export const TWO_LINES = by("context-malformed", "header-duplicated", "a proxy appends a second traceparent to the one that came in");
export const FLAG_CLEARED = by("not-sampled", "sampled-flag-changed", "a proxy clears the sampled flag");
export const FLAG_SET = by("not-sampled", "sampled-flag-changed", "a proxy sets it: a warning, since nothing is lost");
export const UNSAMPLED = by(
  "not-sampled",
  "unsampled",
  "unsampled traces are absent by right: a note, told once where the decision comes in",
);
export const REFUSED = by("span-missing", "header-too-large", "the receiver refuses the request head as too large with 431");
export const REJECTED = by("span-missing", "exporter-rejected", "exporters.test.ts: because the export that carried them was refused");
export const HALVED = by("trace-split", "trace-id-shortened", "a 128-bit trace id goes on as its lower 64 bits");
export const WRONG_SIDE = by("trace-split", "format-translated-wrong", "a 64-bit trace id is padded on the wrong side");
export const ROUNDED = by("trace-split", "format-translated-wrong", "a decimal id went through a floating-point number");
export const ZERO_DROPPED = by(
  "trace-split",
  "format-translated-wrong",
  "compare-values.test.ts: a leading zero that an integer formatter dropped",
);
export const UPPER_CASE = by("context-malformed", "header-malformed", "an application writes upper-case hex");
export const DROPPED_LIST = by(
  "context-truncated",
  "proxy-drops-header",
  "a proxy sends on the traceparent and drops the tracestate beside it",
);
export const CUT_LIST = by("context-truncated", "header-truncated", "a proxy sends on only the last of several members");
export const CUT_VALUE = by("context-truncated", "header-truncated", "a tracestate that was cut in the middle of a member");
export const SECOND_FORMAT = by(
  "trace-split",
  "reinjected-by-proxy",
  "a second format with another trace id beside the right one, and the receiver took it",
);
export const NEVER_ENDED = by(
  "span-missing",
  "span-not-ended",
  "exporters.test.ts: a span that its children name and no export carried was never ended",
);
export const RECORDED_ELSEWHERE = by(
  "span-missing",
  "unknown",
  "a load balancer goes on in the trace with a span id that no backend has: it records elsewhere, or nowhere",
);
export const HPACK = by(
  "not-observable",
  "joined-mid-connection",
  "requests whose fields stand in an HPACK table that the capture does not show, by edge",
);
export const HIDDEN_BY_TLS = by("not-observable", "encrypted", "TLS without keys: as many requests as receivers recorded");
export const TRIES = "span-missing: tries of one call with the same traceparent, of which one was recorded";
export const NO_MESSAGING = "protocols of message brokers are not read; a record's headers are seen by nobody here";
