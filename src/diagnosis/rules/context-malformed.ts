import { affectedClause } from "../affected-clause.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextMalformed: Rule = {
  id: "context-malformed",
  verdict: "malformed",
  severity: "error",
  summary: "A trace field is present and invalid.",
  help: `## What it means

A trace field is there and breaks its specification. A receiver that follows it must not use the value: it begins a new trace, as
if nothing had come. Receivers differ in what they forgive, so that the same bytes may join a trace in one service and split it
in the next.

The culprit is whoever put the value on the wire. A proxy that passes on what came in is not named.

## Why it happens

- \`header-malformed\`: the value itself is wrong: upper-case hex, an id of zeros, version \`ff\`, fields behind the flags of version
  00, a B3 trace id without a span id, an empty \`x-b3-parentspanid\` that was copied as it was. Most often it was put together by
  hand: by a script, a gateway rule, a test tool, an SDK of its own making.
- \`header-duplicated\`: there are two \`traceparent\` lines, or two values in one line. A proxy appends its own to the one that came
  in; an instrumentation adds where it should set; two instrumentations wrap one client.

What receivers do with it (measured; "joins" means that the span goes on in the sender's trace):

| on the wire | Node | Flask | FastAPI | Java | Go |
|---|---|---|---|---|---|
| two \`traceparent\` lines | new trace | new trace | joins the first | joins the first | joins the first |
| two values in one line | new trace | new trace | new trace | new trace | new trace |
| upper-case hex, zero ids, version \`ff\` | new trace | new trace | new trace | new trace | new trace |
| flags \`03\` (random, Level 2) | joins | joins | joins | joins | joins (1.38: new trace) |
| flags \`05\`, \`ff\` | joins | joins | joins | joins | new trace |
| version \`cc\` with more fields | joins | joins | joins | joins | joins |

It is an error where a service or proxy of the capture did it, a warning where an outside caller did, and a note where the outside
caller's receiver went on with it all the same.

## How to tell

In the report the detail says what is wrong in the specification's words, and \`Proof\` shows the bytes as they stood.

In Wireshark, values that are not those of version 00 (\`(?-i)\` makes \`matches\` look at the case), and values with a comma:

\`\`\`
http.request.line matches "(?-i)^[Tt]raceparent:(?! *00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2} *\\r)"
http.request.line matches "^traceparent:[^\\r\\n]*,"
\`\`\`

Requests with two lines:

\`\`\`
tshark -r capture.pcap -Y http.request -T fields -e frame.number -e http.request.line | grep -iE 'traceparent:.*traceparent:'
\`\`\`

In Jaeger: the receiver's SERVER span is a root, or (two lines, of which it took the other one) its parent is a span that nobody
exported.

## How to fix

Let an SDK's propagator write the field. A value made by hand has 55 characters:

\`\`\`
00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
version, trace-id (32, lower-case, not all zeros), parent-id (16, lower-case, not all zeros), flags
\`\`\`

Leave one writer, and let it set the field:

nginx: either the OpenTelemetry module or \`proxy_set_header\`, not both:

\`\`\`
otel_trace on;
otel_trace_context propagate;      # reads the caller's context, writes its own
\`\`\`

Envoy: \`append_action\` of \`request_headers_to_add\` appends by default:

\`\`\`yaml
request_headers_to_add:
- header: { key: traceparent, value: "%REQ(x-my-traceparent)%" }
  append_action: OVERWRITE_IF_EXISTS_OR_ADD
\`\`\`

HAProxy: \`http-request set-header\`, not \`http-request add-header\`. Traefik: \`customRequestHeaders\` sets; with tracing on, Traefik
writes the field by itself.

In code, set instead of append:

\`\`\`go
req.Header.Set("traceparent", value)           // not Header.Add
\`\`\`

\`\`\`js
headers.set("traceparent", value);             // not headers.append
\`\`\`

Two agents in one process (a vendor's and OpenTelemetry's) both inject: switch one of them off, or its propagation. A client that is
wrapped twice (\`otelhttp.NewTransport\` around a transport that is already wrapped) makes two CLIENT spans, too.

B3: leave a field out where there is nothing to say; an empty \`x-b3-parentspanid\` is malformed. \`x-b3-traceid\` and \`x-b3-spanid\`
go together.
`,
  check: (tally) => findingsOf("context-malformed", "malformed", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} sends invalid trace fields: ${affected} of ${of} requests to ${to}${affectedClause(population)}`,
    fix: fixFor(population),
  };
};
