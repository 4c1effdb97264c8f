import { affectedClause } from "../affected-clause.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextIgnored: Rule = {
  id: "context-ignored",
  verdict: "ignored",
  severity: "error",
  summary: "The wire is right, and the receiver began a new trace.",
  help: `## What it means

The bytes on the wire are right, and the receiver's SERVER span lies in another trace. Sender and network have done their part; the
receiver began anew. Only a backend can show this: it needs \`--jaeger\` or \`--traces\`.

A SERVER span that links to the caller's trace is a restart on purpose, and a note. That the caller's own span is missing in the backend
(an outside caller, a proxy without spans) is no fault.

## Why it happens

- \`format-mismatch\`: the context is in a format that the receiver does not read. The sender writes B3, the receiver reads only W3C, or
  the reverse; often after an upgrade that changed a default (Spring Boot 2 to 3, Traefik 2 to 3).
- \`header-case\`: the receiver looks the name up with regard to case, in a plain map: \`Traceparent\` came, \`traceparent\` is looked for.
  Field names have no case (RFC 9110 §5.1). Where only some routes do, and their spans are no library's, they are read by hand.
- \`middleware-order\`: the tracing middleware does not see the request's fields, or another part begins a span before it.
- \`restarts-trace\`: the receiver is told to begin anew: \`otelhttp.WithPublicEndpoint\`, nginx's module without \`propagate\`, a gateway
  at a trust boundary. With a link it is a note.
- \`format-mismatch\`, too, where an SDK is stricter than the specification: flags above \`03\` are rejected by OpenTelemetry Go, by 1.38
  \`03\` too, by Spring Boot 3 with Brave \`02\` and \`03\`. What these very bytes do in the receiver's SDK is looked up where its spans name
  it (\`telemetry.sdk.language\`, \`telemetry.sdk.name\`, \`jaeger.version\`). What went on here and would not elsewhere is a note.
- \`one-backend-of-many\`: one replica does it, and others of the same service do not. Behind one address their spans tell them apart.
- \`unknown\`: the trace fields are good, and the capture shows no reason. A gateway without spans in between may have dropped them: a
  capture behind it shows that.

It is a warning where the caller is outside of the capture's services: at the edge of a system a new trace may be what is wanted.

## How to tell

In the report: the trace id on the wire, the trace id that the receiver began, and the span that proves it. Compare the affected
requests with those of other callers: if those join, the format or the case differs; look at the field names as they were written.

In Wireshark, how the field was spelt (\`matches\` ignores case, \`contains\` tells the spellings apart):

\`\`\`
http.request.line contains "Traceparent:"
http.request.line contains "traceparent:"
http.request.line matches "^(b3|x-b3-traceid|uber-trace-id):"
\`\`\`

In Jaeger: search the receiver's service in those seconds; its SERVER span is a root of a trace of its own, and the caller's CLIENT span
has no child. A link to the caller's trace stands under the span's references.

## How to fix

Let both sides share a format. The receiver reads all that it lists, the sender writes all that it lists:

\`\`\`
OTEL_PROPAGATORS=tracecontext,baggage,b3multi
\`\`\`

The Java agent and Node's \`NodeSDK\` know \`b3\`, \`b3multi\` and \`jaeger\` by themselves. Python needs the package of the format
(\`pip install opentelemetry-propagator-b3\`). Go reads the variable only through \`autoprop\`:

\`\`\`go
otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())   // go.opentelemetry.io/contrib/propagators/autoprop
\`\`\`

Set it before the first handler is made. Without it Go's default reads and writes nothing.

Spring Boot 3 (Micrometer Tracing):

\`\`\`
management.tracing.propagation.consume=w3c,b3,b3_multi
management.tracing.propagation.produce=w3c
\`\`\`

Look names up without regard to case: \`r.Header.Get\` (Go), \`request.getHeader\` (Java), \`req.headers["traceparent"]\` (Node lower-cases
all names), \`request.headers.get\` (Flask, FastAPI). A carrier of your own:

\`\`\`python
carrier = {name.lower(): value for name, value in headers}
ctx = propagate.extract(carrier)
\`\`\`

Put the tracing middleware first, before anything that begins a span or replaces the request:

\`\`\`go
http.ListenAndServe(addr, otelhttp.NewHandler(mux, "", otelhttp.WithSpanNameFormatter(byPattern))) // outside of every other middleware
\`\`\`

Node: start the SDK with \`--import\` (or \`--require\`), not from inside the application: a server that was loaded before it is not
patched. Python: start with \`opentelemetry-instrument\`, not by instrumenting after the application was made.

nginx: \`otel_trace_context propagate;\` in \`http\`, \`server\` or \`location\`. Envoy: the tracer reads its own
format only (OpenTelemetry: \`traceparent\`; Zipkin: \`x-b3-*\`); a caller that sends another one is not joined. Traefik reads the formats of
\`OTEL_PROPAGATORS\`.

Go handlers that are not public must not have \`otelhttp.WithPublicEndpoint()\`; for those that are, it keeps a link to the caller.
`,
  check: (tally) => findingsOf("context-ignored", "ignored", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  const [shown] = population.tallies[0]?.exemplars ?? [];
  if (shown?.fault.isOfOthers === true)
    return {
      message: `not every receiver would take the context of ${affected} of ${of} requests from ${from} to ${to}: ${shown.fault.detail}`,
      fix: "Nothing is lost here. Before one of these stands behind it, let the sender's propagator write the value: version 00, flags 00 or 01, lower case.",
    };
  return {
    message: `${to} ignores the context of ${affected} of ${of} requests from ${from} and begins new traces${affectedClause(population)}`,
    fix: fixFor(population),
  };
};
