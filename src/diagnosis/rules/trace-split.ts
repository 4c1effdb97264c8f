import { affectedClause } from "../affected-clause.ts";
import type { Population } from "../finding.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const traceSplit: Rule = {
  id: "trace-split",
  verdict: "split",
  severity: "error",
  summary: "Another trace id went on than came in.",
  help: `## What it means

A request that carried trace A caused a request that carries trace B. Both contexts are valid; the trace is split at the sender of the
second one. Jaeger shows two traces and nothing that joins them.

A restart on purpose (W3C allows it at a trust boundary) is no fault where the new span links to the old trace: that is told as a note
of \`context-ignored\`.

## Why it happens

- \`restarts-trace\`: a proxy begins a trace for every request. Its tracing injects and does not extract, or extracts another format.
- \`goroutine-without-context\`: the service has a SERVER span for the request that came in, and the CLIENT span of its call is a root:
  the call was made where the request's context was not. A goroutine with \`context.Background()\`, a thread pool, a queue, a callback.
  Or another request's context went out: one that is kept in a pooled connection, a worker or a global variable outlives its request.
- \`middleware-order\`: something calls out before the tracing middleware has run (authentication, rate limits, feature flags). The
  service has no SERVER span around that call.
- \`format-mismatch\`: what came in is in one format, what goes out in another, with another trace: the service does not read what it gets.
- \`trace-id-shortened\`: half of a 128-bit id goes on. The sender works with 64 bits: an old Jaeger, Zipkin or Datadog client.
- \`format-translated-wrong\`: an id was written with its zeros on the wrong side, or lost a leading zero (then 1 in 16 traces splits).
- \`reinjected-by-proxy\`: the request carries the right context and a second one in another format, with a trace id of the proxy's own.
- \`two-injectors\`: the same, done by two agents in one application.
- \`one-backend-of-many\`: one replica does it, and others do not.
- \`forwarded-unchanged\`, \`retry\`, \`intermediary-not-exported\`: no faults. A host that passes the context on, tries that repeat it, and
  a parent span that its owner sends to another backend all leave the trace id as it is.

## How to tell

In the report: \`a new trace … went out\`, the counts of each route, and the replicas. \`Proof\` shows both packets and, where the backend
has it, the span that began the new trace.

In Wireshark, everything that a host received and sent in those seconds, with the trace fields as a column:

\`\`\`
http.request.line matches "^(traceparent|b3|x-b3-traceid|uber-trace-id):" and ip.addr == 10.7.0.24
\`\`\`

In Jaeger, open the new trace. Its root is the culprit's CLIENT span: a lost context inside the service. Its root is the proxy's span:
the proxy restarts. Its id ends in the same 16 digits as the old one, or begins with sixteen zeros: a shortened id.

## How to fix

nginx's OpenTelemetry module ignores the context unless told otherwise; \`inject\` alone writes a new one:

\`\`\`
otel_trace on;
otel_trace_context propagate;
\`\`\`

Envoy goes on with a context that its tracer reads: the OpenTelemetry tracer \`traceparent\`, the Zipkin tracer \`x-b3-*\`. For 128-bit
ids set \`trace_id_128bit: true\` in \`ZipkinConfig\`. Istio: choose the tracer whose format the services
speak; the OpenTelemetry provider is one of \`meshConfig.extensionProviders\`:

\`\`\`yaml
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: mesh-default, namespace: istio-system }
spec:
  tracing:
  - providers: [{ name: otel-tracing }]
\`\`\`

Traefik reads the formats of \`OTEL_PROPAGATORS\` (default \`tracecontext,baggage\`): add \`b3multi\` where callers send B3.

Go: hand the context on. Where the work goes on after the answer, keep the context without its cancellation:

\`\`\`go
ctx := context.WithoutCancel(r.Context())        // not context.Background()
go func() { notify(ctx, order) }()
\`\`\`

Java: the agent carries the context through the JDK's executors, \`CompletableFuture\` and the reactive libraries that it knows. For a
pool of your own wrap it, or name its class to the agent:

\`\`\`java
ExecutorService pool = Context.taskWrapping(new MyExecutor());
\`\`\`

\`\`\`
-Dotel.instrumentation.executors.include=com.example.MyExecutor
\`\`\`

Node: promises and timers keep the context; callbacks that a queue or a pool calls later do not:

\`\`\`js
queue.push(context.bind(context.active(), () => send(order)));
\`\`\`

Python: \`opentelemetry-instrument\` finds the instrumentation of threads by itself once it is installed:

\`\`\`
pip install opentelemetry-instrumentation-threading
\`\`\`

Without it, or for a pool that it does not know: \`pool.submit(contextvars.copy_context().run, work, order)\`.

Middleware that calls out: register tracing before it, so that the SERVER span is there when it runs.

Ids: switch the client to 128 bits (Brave: \`Tracing.newBuilder().traceId128Bit(true)\`), and pad 64-bit ids with zeros on the left. Never
read an id as a number: JavaScript's numbers lose its last digits, and formatting one drops leading zeros.
`,
  check: (tally) => findingsOf("trace-split", "split", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of, tallies, cause } = population;
  if (cause === "two-injectors" || cause === "reinjected-by-proxy")
    return {
      message: `${from} adds a second context, of another trace: ${affected} of ${of} requests to ${to}${affectedClause(population)}`,
      fix: fixFor(population),
    };
  const isBorrowed = tallies.every(({ like }) => like.isBorrowed === true);
  const what = isBorrowed
    ? "sends contexts of other requests"
    : isConstant(population)
      ? "writes one and the same trace id"
      : "begins new traces";
  return {
    message: `${from} ${what}: ${affected} of ${of} requests to ${to} carry another trace id than their cause${affectedClause(population)}`,
    fix: fixFor(population),
  };
};

/** So many of anywhere show it. */
const MIN_EQUAL = 4;

/** A constant of a configuration, or what was once read and is kept. */
function isConstant({ tallies }: Population): boolean {
  const sent = tallies.flatMap(({ exemplars }) => exemplars.map(({ judgement }) => judgement.hop.traceIds.join(" ")));
  return sent.length >= MIN_EQUAL && new Set(sent).size === 1;
}
