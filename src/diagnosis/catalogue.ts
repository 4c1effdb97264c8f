// A catalogue of how trace context gets lost, and which rule says so: the table that docs/rules.md is made of. It holds what the tests prove, and
// says where nothing is said, and why.

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

const by = (rule: string, cause: Cause, shownBy: string): Covering => ({ rule, cause, shownBy });

const PROXY_STRIPS = by("context-stripped", "proxy-drops-header", "a proxy without spans gets a context and sends none");
const ONE_ROUTE = by("context-stripped", "proxy-drops-header", "only the requests of one route lose it");
const NOT_INJECTED = by("context-stripped", "client-does-not-inject", "an application has a SERVER span and no CLIENT span for its call");
const NO_PROPAGATOR = by(
  "context-stripped",
  "transport-does-not-inject",
  "an application has a CLIENT span for its call, and sends nothing",
);
const PROXY_RESTARTS = by("trace-split", "restarts-trace", "a proxy sends a fresh trace id");
const PROXY_IGNORES = by("context-ignored", "restarts-trace", "a proxy with spans of its own begins a new trace and sends that one on");
const LOST_INSIDE = by(
  "trace-split",
  "goroutine-without-context",
  "an application's CLIENT span is a root although it was serving a request of another trace",
);
const IGNORED = by("context-ignored", "unknown", "good bytes, and the receiver's SERVER span lies in another trace");
const OTHER_FORMAT = by("context-ignored", "format-mismatch", "the receiver reads B3 and gets W3C");
const STRICT_SDK = by("context-ignored", "format-mismatch", "flags that W3C allows and this SDK rejects");
const FOR_OTHERS = by("context-ignored", "format-mismatch", "other-receivers.test.ts: is a note that names them and says why");
const LISTS_FOR_OTHERS = by(
  "context-truncated",
  "header-truncated",
  "other-receivers.test.ts: is told of lists that are cut, by what is lost",
);
const TWO_AGENTS = by(
  "trace-split",
  "two-injectors",
  "two agents in one application inject two traces, and the receiver took the foreign one",
);
const TWO_LINES = by("context-malformed", "header-duplicated", "a proxy appends a second traceparent to the one that came in");
const FLAG_CLEARED = by("not-sampled", "sampled-flag-changed", "a proxy clears the sampled flag");
const FLAG_SET = by("not-sampled", "sampled-flag-changed", "a proxy sets it: a warning, since nothing is lost");
const UNSAMPLED = by("not-sampled", "unsampled", "unsampled traces are absent by right: a note, told once where the decision comes in");
const REFUSED = by("span-missing", "header-too-large", "the receiver refuses the request head as too large with 431");
const REJECTED = by("span-missing", "exporter-rejected", "exporters.test.ts: because the export that carried them was refused");
const HALVED = by("trace-split", "trace-id-shortened", "a 128-bit trace id goes on as its lower 64 bits");
const WRONG_SIDE = by("trace-split", "format-translated-wrong", "a 64-bit trace id is padded on the wrong side");
const ROUNDED = by("trace-split", "format-translated-wrong", "a decimal id went through a floating-point number");
const ZERO_DROPPED = by(
  "trace-split",
  "format-translated-wrong",
  "compare-values.test.ts: a leading zero that an integer formatter dropped",
);
const UPPER_CASE = by("context-malformed", "header-malformed", "an application writes upper-case hex");
const CUT_LIST = by("context-truncated", "header-truncated", "a proxy sends on only the last of several members");
const CUT_VALUE = by("context-truncated", "header-truncated", "a tracestate that was cut in the middle of a member");
const SECOND_FORMAT = by(
  "trace-split",
  "reinjected-by-proxy",
  "a second format with another trace id beside the right one, and the receiver took it",
);
const NEVER_ENDED = by(
  "span-missing",
  "span-not-ended",
  "exporters.test.ts: a span that its children name and no export carried was never ended",
);
const RECORDED_ELSEWHERE = by(
  "span-missing",
  "unknown",
  "a load balancer goes on in the trace with a span id that no backend has: it records elsewhere, or nowhere",
);
const HPACK = by(
  "not-observable",
  "joined-mid-connection",
  "requests whose fields stand in an HPACK table that the capture does not show, by edge",
);
const HIDDEN_BY_TLS = by("not-observable", "encrypted", "TLS without keys: as many requests as receivers recorded");
const TRIES = "span-missing: tries of one call with the same traceparent, of which one was recorded";
const NO_MESSAGING = "protocols of message brokers are not read; a record's headers are seen by nobody here";

export const catalogue: readonly CatalogueEntry[] = [
  {
    id: "F-01",
    what: "an application in a mesh does not copy the fields to its calls",
    by: [
      by(
        "context-stripped",
        "unknown",
        "a sidecar does not tell its application's calls from others, and begins traces for them: who forwards nothing is named",
      ),
      NOT_INJECTED,
    ],
    but: "where the capture lacks the pod's loopback it is trace-split of the pod",
  },
  { id: "F-02", what: "nginx's OpenTelemetry module ignores the context unless told otherwise", by: [PROXY_IGNORES, PROXY_RESTARTS] },
  {
    id: "F-03",
    what: "an ingress adds fields for HTTP/1 and not for gRPC",
    by: [by("context-stripped", "proxy-drops-header", "a proxy passes the fields on over HTTP/1 and not to gRPC")],
  },
  { id: "F-04", what: "a directive in one location voids the inherited ones", by: [ONE_ROUTE] },
  {
    id: "F-05",
    what: "an authentication sub-request goes out without context",
    by: [by("context-stripped", "proxy-drops-header", "an authentication request that a proxy makes beside the request that it passes on")],
  },
  { id: "F-06", what: "a gateway from HTTP to gRPC passes prefixed names only", by: [PROXY_STRIPS, NOT_INJECTED] },
  { id: "F-07", what: "the client library is not instrumented", by: [NOT_INJECTED] },
  { id: "F-08", what: "no propagator is set", by: [NO_PROPAGATOR, OTHER_FORMAT] },
  { id: "F-09", what: "the context is lost between threads, goroutines or callbacks", by: [LOST_INSIDE] },
  {
    id: "F-10",
    what: "a trust boundary strips or restarts on purpose",
    by: [
      by("context-ignored", "restarts-trace", "a deliberate restart with a link to the caller's trace: a note"),
      by("context-ignored", "unknown", "the context of an outside caller is ignored: a warning, since it may be the edge of the system"),
      PROXY_STRIPS,
    ],
    but: "without a link nothing tells a purpose from a mistake",
  },
  { id: "F-11", what: "an API gateway passes listed fields only", by: [PROXY_STRIPS, ONE_ROUTE] },
  {
    id: "F-12",
    what: "the answer to a CORS preflight does not allow the trace fields",
    by: [
      by(
        "context-stripped",
        "cors-preflight",
        "a preflight asks for traceparent, the answer does not allow it, and the request never comes",
      ),
    ],
  },
  {
    id: "F-13",
    what: "the request after a redirect has no context, the same one or two",
    by: [TWO_LINES, NOT_INJECTED],
    but: "of an outside caller nobody can tell whether a bare request should have had one",
  },
  {
    id: "F-14",
    what: "WebSocket and server-sent events carry no context per message",
    by: [],
    quiet: "context-stripped: polls under a long answer (server-sent events, long polling)",
    but: "frames are counted, not read; the handshake is judged like any request",
  },
  {
    id: "F-15",
    what: "a mesh does not recognise a port as HTTP and passes bytes through",
    by: [],
    quiet: "context-stripped: passed on unchanged by a host without spans",
    but: "what the proxy should have recorded shows nowhere on the wire; where it breaks exports, see F-63",
  },
  {
    id: "F-16",
    what: "field names with an underscore are dropped",
    by: [],
    but: "no standard format has such a name; a house-made one is judged like any other once --propagation-format describes it",
  },
  { id: "F-17", what: "an upgrade ends a proxy's injection", by: [PROXY_STRIPS] },
  { id: "F-18", what: "a gateway notes the context as an attribute and goes on with its own", by: [PROXY_IGNORES] },
  {
    id: "F-19",
    what: "a managed load balancer puts its own span id, and perhaps flag, into the context",
    by: [RECORDED_ELSEWHERE, FLAG_SET],
    but: "where no capture shows it, it is an outside caller whose missing span is no fault",
  },
  {
    id: "F-20",
    what: "an environment variable of the platform beats the field",
    by: [IGNORED],
    but: "why stays open: the platform's own context is not on the wire",
  },
  {
    id: "F-21",
    what: "X-Amzn-Trace-Id with a root alone",
    by: [],
    quiet: "trace-split: a load balancer adds a root id without a parent",
    but: "it has no parent by design, so that a new trace behind it is right",
  },
  { id: "F-22", what: "a load balancer puts X-Amzn-Trace-Id in the place of W3C's", by: [PROXY_STRIPS, OTHER_FORMAT] },
  {
    id: "F-23",
    what: "front doors of a platform re-parent to spans that no backend has, or add no W3C",
    by: [IGNORED, PROXY_STRIPS],
    but: "a parent inside the platform is in no capture",
  },
  { id: "F-24", what: "a proxy looks for another vendor's field and starts anew", by: [PROXY_RESTARTS] },
  {
    id: "F-25",
    what: "Envoy rewrites a digit of x-request-id",
    by: [],
    but: "no context is lost; both sides of the proxy are joined by other evidence than the id",
  },
  { id: "F-26", what: "an x-request-id that is no UUID turns tracing off in Envoy", by: [FLAG_CLEARED] },
  {
    id: "F-27",
    what: "a proxy gives unsampled requests another id",
    by: [by("trace-split", "restarts-trace", "a proxy gives unsampled requests another trace id")],
  },
  { id: "F-28", what: "a second pass through the ingress starts over", by: [PROXY_RESTARTS] },
  {
    id: "F-29",
    what: "a proxy with spans passes the context on unchanged",
    by: [],
    quiet: "context-stripped: passed on unchanged by a proxy with a span of its own: its span and the receiver's are siblings",
    but: "the trace is whole, its spans are siblings: no verdict says that a level is missing",
  },
  {
    id: "F-30",
    what: "a proxy writes the fields under a prefix that nobody reads",
    by: [by("context-stripped", "proxy-drops-header", "a proxy writes the fields under names of its own")],
  },
  {
    id: "F-31",
    what: "Envoy reads b3 and writes x-b3-*, so that b3 goes on as it came",
    by: [],
    quiet: "trace-split: b3 goes on as it came beside x-b3-* of the proxy's own span, as Envoy's Zipkin tracer leaves it",
    but: "one trace, of which the depth is lost: no verdict says that",
  },
  {
    id: "F-32",
    what: "a gateway's span drops its parent within the right trace",
    by: [],
    but: "the trace goes on; a second root in it is no verdict",
  },
  {
    id: "F-33",
    what: "long heads corrupt the value that a proxy writes",
    by: [by("context-malformed", "header-malformed", "an empty parent id of B3 that was copied as it was"), UPPER_CASE],
  },
  { id: "F-34", what: "two agents inject into one request", by: [TWO_AGENTS, TWO_LINES] },
  {
    id: "F-35",
    what: "two traceparent lines, or two values in one",
    by: [TWO_LINES, by("context-malformed", "header-duplicated", "two values in one line")],
  },
  { id: "F-36", what: "upper-case hex, a forbidden version, ids of zeros", by: [UPPER_CASE, FOR_OTHERS] },
  { id: "F-37", what: "the random flag of Level 2 is rejected", by: [STRICT_SDK, FOR_OTHERS] },
  {
    id: "F-38",
    what: "an empty B3 parent id is passed on",
    by: [by("context-malformed", "header-malformed", "an empty parent id of B3 that was copied as it was")],
  },
  { id: "F-39", what: "a B3 trace id without a span id", by: [by("context-malformed", "header-malformed", "B3 without a span id")] },
  {
    id: "F-40",
    what: "tracestate is cut or dropped",
    by: [CUT_VALUE, CUT_LIST, LISTS_FOR_OTHERS],
    but: "an application may drop whole members",
  },
  {
    id: "F-41",
    what: "one of several tracestate or baggage lines is read",
    by: [LISTS_FOR_OTHERS, CUT_LIST],
    but: "that an application let go of whole members is its right",
  },
  {
    id: "F-42",
    what: "baggage beyond a limit is cut",
    by: [by("context-truncated", "header-truncated", "a baggage value that was cut by length, by an application"), CUT_LIST],
  },
  {
    id: "F-43",
    what: "a request head is refused for its size",
    by: [
      REFUSED,
      by("span-missing", "header-too-large", "the receiver refuses a head of 20 kB with 400, as nginx does"),
      by("span-missing", "header-too-large", "a proxy without spans refuses the request head, and no backend is asked: a warning"),
    ],
  },
  {
    id: "F-44",
    what: "gRPC metadata is refused for its size",
    by: [by("span-missing", "header-too-large", "the receiver refuses gRPC metadata of 20 kB with RESOURCE_EXHAUSTED")],
    but: "a reset without a status is not told from any other",
  },
  {
    id: "F-45",
    what: "upper-case field names over HTTP/2",
    by: [],
    but: "the call fails before there is a context to lose; the exchange is shown as reset",
  },
  {
    id: "F-46",
    what: "a name is looked up with regard to case",
    by: [
      by("context-ignored", "header-case", "one spelling of the name is ignored, the other is joined"),
      by("context-ignored", "header-case", "every name is spelt with a capital, and hand-written middleware joins none of them"),
    ],
  },
  { id: "F-47", what: "one side speaks B3, the other W3C", by: [OTHER_FORMAT] },
  {
    id: "F-48",
    what: "a 64-bit id padded to 128",
    by: [],
    quiet: "trace-split: a 64-bit trace id in a wider format, padded with zeros on the left",
  },
  {
    id: "F-49",
    what: "half of a 128-bit id goes on",
    by: [HALVED, by("context-ignored", "trace-id-shortened", "the receiver keeps only the lower 64 bits of the trace id")],
  },
  { id: "F-50", what: "a leading zero is lost: one trace in 16", by: [ZERO_DROPPED] },
  { id: "F-51", what: "zeros on the wrong side", by: [WRONG_SIDE] },
  {
    id: "F-52",
    what: "uber-trace-id is URL-encoded",
    by: [
      by("context-ignored", "format-mismatch", "an encoded uber-trace-id before an SDK that does not decode it"),
      by("context-ignored", "format-mismatch", "other-receivers.test.ts: is told of other formats, too"),
    ],
  },
  {
    id: "F-53",
    what: "Datadog's half of an id beside or instead of the whole",
    by: [TWO_AGENTS],
    quiet: "trace-split: Datadog's decimal half of the same id, beside traceparent",
  },
  { id: "F-54", what: "a decimal id loses its last digits in JavaScript", by: [ROUNDED] },
  {
    id: "F-55",
    what: "grpc-trace-bin beside text fields of another trace",
    by: [by("trace-split", "two-injectors", "a binary context of another trace beside traceparent, without a backend")],
  },
  {
    id: "F-56",
    what: "X-Cloud-Trace-Context without options is not read",
    by: [IGNORED],
    but: "what readers of this format accept is not known here",
  },
  { id: "F-57", what: "an unsampled caller mutes a service", by: [UNSAMPLED] },
  { id: "F-58", what: "the sampled flag changes on the way", by: [FLAG_CLEARED, FLAG_SET] },
  {
    id: "F-59",
    what: "X-Amzn-Trace-Id without a decision is taken for unsampled",
    by: [],
    but: "an open decision leaves the answer to the receiver: a missing span is then right",
  },
  {
    id: "F-60",
    what: "tail sampling drops whole traces, or parts of them",
    by: [by("span-missing", "unknown", "exporters.test.ts: of whole traces may be sampled away by the collector")],
    but: "the capture shows that the span was exported and accepted; what the collector did needs a capture there",
  },
  {
    id: "F-61",
    what: "the exporter's queue overflows",
    by: [
      by(
        "span-missing",
        "exporter-queue-overflow",
        "exporters.test.ts: spans of calls that are in no export, SERVER spans among them, were dropped by a full queue",
      ),
    ],
  },
  {
    id: "F-62",
    what: "the collector's name does not resolve",
    by: [by("span-missing", "exporter-dns-failed", "exporters.test.ts: asks for a collector's name in vain")],
  },
  {
    id: "F-63",
    what: "TLS of the export fails",
    by: [by("span-missing", "exporter-tls-failed", "exporters.test.ts: does not get through TLS")],
  },
  {
    id: "F-64",
    what: "gRPC goes to an HTTP port, or a page comes back",
    by: [by("span-missing", "exporter-rejected", "exporters.test.ts: speaks gRPC to an HTTP port")],
  },
  { id: "F-65", what: "a batch beyond the collector's limit", by: [REJECTED] },
  {
    id: "F-66",
    what: "no service name",
    by: [by("span-misattributed", "service-name-missing", "of two replicas one has no service name")],
  },
  { id: "F-67", what: "a parent that was never ended or exported", by: [NEVER_ENDED] },
  {
    id: "F-68",
    what: "client and server share a span id",
    by: [],
    quiet: "context-ignored: CLIENT and SERVER span share one id, as B3 lets them",
  },
  { id: "F-69", what: "tries and hedges with one context", by: [], quiet: TRIES },
  {
    id: "F-70",
    what: "clocks of hosts differ",
    by: [],
    but: "no context is lost: clocks of captures are aligned, spans are matched by ids first; `trace` shows packets and spans side by side",
  },
  { id: "F-71", what: "a consumer links instead of continuing", by: [], but: NO_MESSAGING },
  { id: "F-72", what: "a producer overwrites a record's context", by: [], but: NO_MESSAGING },
  { id: "F-73", what: "one context for a whole batch of records", by: [], but: NO_MESSAGING },
  { id: "F-74", what: "queue attributes beyond a cap are dropped", by: [], but: NO_MESSAGING },
  { id: "F-75", what: "HTTP/2 joined after its table was filled", by: [HPACK] },
  { id: "F-76", what: "TLS between sidecars", by: [HIDDEN_BY_TLS] },
  {
    id: "F-77",
    what: "one packet on several interfaces, or before and behind address translation",
    by: [],
    quiet: "build-hops.test.ts: is one hop where a service address is translated, within one capture and across two",
  },
  {
    id: "F-78",
    what: "a head over several segments",
    by: [],
    quiet: "not-observable: one capture lacks a head that another one holds whole",
    but: "streams are put together first; what the capture lacks is not-observable",
  },
  { id: "R1", what: "a context came in, none went out", by: [PROXY_STRIPS, NOT_INJECTED, NO_PROPAGATOR] },
  { id: "R2", what: "another trace id went out", by: [PROXY_RESTARTS, LOST_INSIDE] },
  { id: "R3", what: "unchanged through a host with spans", by: [], but: "see F-29" },
  { id: "R4", what: "a parent that neither backend nor capture has", by: [RECORDED_ELSEWHERE, NEVER_ENDED] },
  { id: "R5", what: "two contexts of one format", by: [TWO_LINES] },
  { id: "R6", what: "the receiver's SDK rejects the bytes", by: [STRICT_SDK, FOR_OTHERS] },
  { id: "R7", what: "ids that are halves or paddings of one another", by: [HALVED, WRONG_SIDE, ZERO_DROPPED] },
  { id: "R8", what: "formats of one request disagree", by: [SECOND_FORMAT, TWO_AGENTS] },
  { id: "R9", what: "the flag changes, or is 0", by: [FLAG_CLEARED, FLAG_SET, UNSAMPLED] },
  { id: "R10", what: "list members are gone", by: [CUT_VALUE, CUT_LIST, LISTS_FOR_OTHERS] },
  { id: "R11", what: "refused for its size", by: [REFUSED] },
  { id: "R12", what: "right on the wire, absent from the backend, and the export fails", by: [REJECTED] },
  { id: "R13", what: "calls with one span id", by: [], quiet: TRIES },
  { id: "R14", what: "one format in, another one out", by: [OTHER_FORMAT], quiet: "trace-split: the same context in two formats" },
  {
    id: "R15",
    what: "a preflight that asks for trace fields and is not allowed them",
    by: [
      by(
        "context-stripped",
        "cors-preflight",
        "a preflight asks for traceparent, the answer does not allow it, and the request never comes",
      ),
    ],
  },
  {
    id: "R16",
    what: "the capture cannot show it",
    by: [HPACK, HIDDEN_BY_TLS, by("not-observable", "capture-cut", "heads that a short snaplen cut are never called stripped")],
  },
];
