import { affectedClause } from "../affected-clause.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextTruncated: Rule = {
  id: "context-truncated",
  verdict: "truncated",
  severity: "error",
  summary: "A trace field's value was cut.",
  help: `## What it means

A trace field came in whole and went out cut: a \`traceparent\` of fewer than 55 characters, or a \`tracestate\` or \`baggage\` that
lost its end or some of its members on the way through one host.

A cut \`traceparent\` is invalid, and the next service begins a new trace. A cut \`tracestate\` leaves the trace whole and loses what
vendors keep there (their sampling priority, their own parent id); a cut \`baggage\` loses whatever the application put into it.

A shortened trace id is not this rule's: a 64-bit id in a whole value is \`trace-split\` with the cause \`trace-id-shortened\`.

## Why it happens

- \`header-truncated\`: somebody copies the value into a place that is too short for it, or copies only a part of a list.
  - A length limit: a variable, a log or stick table, a Lua or WebAssembly filter, a database column behind a queue. The value ends
    at the same length in every request.
  - One member of a list: HAProxy's \`req.hdr()\` splits at commas and gives the last member.
  - One line of several: a reader that takes the first \`tracestate\` or \`baggage\` line. Java and Go do so with \`tracestate\`.
  - Limits of the receiver: OpenTelemetry Go drops a whole \`tracestate\` of more than 32 members, JavaScript leaves out members
    beyond 512 characters. That such a list is on its way is a note, for as long as nothing is lost.

- \`proxy-drops-header\`: a proxy sends the \`traceparent\` on as it came, and the \`tracestate\` or \`baggage\` beside it not at all.
  A warning: the trace goes on. Who puts a span id of its own into the context, or is an application, may drop whole members:
  nothing is said of that.

W3C allows a \`tracestate\` of more than 512 characters to be shortened, by whole members from the right, and asks for at least
64 members and 8,192 bytes of \`baggage\` to be carried. The order of \`baggage\` members means nothing: OpenTelemetry Go shuffles them
at every hop, and that is no loss.

## How to tell

In the report the detail says how much is left: \`the value ends after 48 of 55 characters\`, or how many members are gone or
shorter. \`Proof\` shows the field before and behind the culprit; baggage only as keys and lengths, unless \`--show-baggage\` is given.

In Wireshark, a \`traceparent\` of version 00 that is not 55 characters long:

\`\`\`
http.request.line matches "^traceparent: *00-" and not http.request.line matches "^traceparent: *[-0-9a-f]{55} *\\r"
\`\`\`

and the lists of one request on both sides of the culprit, to be compared by eye:

\`\`\`
http.request.line matches "^traceparent: *00-4bf92f3577b34da6a3ce929d0e0e4736" and http.request.line matches "^(tracestate|baggage):"
\`\`\`

In Jaeger a cut \`traceparent\` looks like a lost one: the next service's SERVER span is the root of a new trace. Cut lists show
nowhere: Jaeger keeps no baggage, and a \`tracestate\` only where the SDK exported it.

## How to fix

Copy the field as a whole, and give it the room that the standards ask for: 512 characters of \`tracestate\`, 8,192 bytes of
\`baggage\`. Where something must go, leave out whole members, the right-most first.

HAProxy: \`req.hdr()\` is for single values; \`req.fhdr()\` is the whole field:

\`\`\`
http-request set-header baggage    %[req.fhdr(baggage)]
http-request set-header tracestate %[req.fhdr(tracestate)]
\`\`\`

nginx: \`$http_baggage\` is the whole field. A \`map\` or a regular expression that picks a part of it cuts it:

\`\`\`
proxy_set_header baggage    $http_baggage;
proxy_set_header tracestate $http_tracestate;
\`\`\`

Envoy, Istio: look for Lua and WebAssembly filters, and for a \`request_headers_to_add\` that builds the value from a part of
another. Without such a rule Envoy passes the fields on whole.

Applications: read all lines of the field and join them with commas (RFC 9110 §5.3).

\`\`\`go
tracestate := strings.Join(r.Header.Values("tracestate"), ",")   // Get() returns the first line only
\`\`\`

\`\`\`java
String tracestate = String.join(",", Collections.list(request.getHeaders("tracestate")));   // not getHeader()
\`\`\`

If the lists are too long for good reason, send less: baggage goes to every service of the trace, also to those that do not read
it. In Go \`baggage.DeleteMember\` takes a member out; in Java \`Baggage.current().toBuilder().remove(key).build()\`; in JavaScript
\`baggage.removeEntry(key)\`; in Python \`baggage.remove_baggage(name)\`.
`,
  check: (tally) => findingsOf("context-truncated", "truncated", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  const [shown] = population.tallies[0]?.exemplars ?? [];
  if (shown?.fault.isOfOthers === true)
    return {
      message: `not every receiver would keep the tracestate of ${affected} of ${of} requests from ${from} to ${to}: ${shown.fault.detail}`,
      fix: "Nothing is lost here. A tracestate of one line, 32 members and 512 characters, each key once, everybody keeps.",
    };
  return {
    message: `${from} ${population.cause === "proxy-drops-header" ? "drops" : "cuts"} trace fields: ${affected} of ${of} requests to ${to}${affectedClause(population)}`,
    fix: fixFor(population),
  };
};
