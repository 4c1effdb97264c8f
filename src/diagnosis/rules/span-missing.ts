import { sum } from "../../wire/sum.ts";
import { affectedClause } from "../affected-clause.ts";
import type { Population } from "../finding.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";
import { type FaultTally, Tally } from "../tally.ts";

export const spanMissing: Rule = {
  id: "span-missing",
  verdict: "unrecorded",
  severity: "error",
  summary: "The wire is right, and the backend lacks the receiver's span.",
  help: `## What it means

The request carried a valid, sampled context, its receiver sends spans of other requests, and the backend has no SERVER span for this
one. Propagation is right; the span was never made, never sent, or lost on its way to the backend.

A receiver of which the backend has no spans at all is taken for one that is not instrumented, and is not named here, unless something
shows that it makes spans: its calls name them, spans of those behind it hang below parents that the backend lacks, or the capture shows its
exporter fail (look-ups of a collector's name, connections and TLS handshakes with a collector, exports that are refused). Where
only the newest requests are missing, they may still be on their way (SDKs send spans in batches, every 5 s by default): that is a note,
for twice as long as the exporter was seen to wait.

## Why it happens

The span was not made:

- \`middleware-missing\`: some routes have no tracing, or the service has none while its CLIENT spans arrive. The handler was registered
  beside the wrapped mux, a filter excludes the path.
- \`middleware-order\`: something answers before the tracing middleware runs (authentication, a cache, a redirect), or the routes were
  registered before it (Gin, Echo): what their handlers call begins traces of its own. Of handlers that call nothing both look alike.
- \`started-before-instrumentation\`: the SDK was started after the server; only the first requests are missing.
- \`header-too-large\`: the receiver refused the request head: 431, or 400 of nginx. The request never reached the application.

The span was made and not sent:

- \`span-not-ended\`: its children are in the backend, and name a parent that is not: it was never ended. Without children it is what remains
  where every export was accepted, none carried the span, and others of its route were exported before and after.
- \`exporter-queue-overflow\`: spans are missing under load, here and there. The queue (2,048 by default) was full; the SDK drops in silence.
- \`exporter-dns-failed\`, \`exporter-unreachable\`, \`exporter-tls-failed\`: nothing of the service arrives for as long as it lasts.
- \`exporter-rejected\`: the collector refused a batch: too large (4 MiB for gRPC), not allowed, gRPC sent to the HTTP port. Spans of a batch
  are missing together.

Sampling in the collector (tail sampling) drops whole traces, or parts of them where the spans of a trace reach several collectors. Whole
traces that are missing in turns with others of the same routes are taken for that, and not named here.

## How to tell

In the report: the routes. \`GET /search 8 of 8\` beside \`GET /stock/* 0 of 40\` means a route without tracing; a few of every route mean a
loss on the way.

In Wireshark, the exports of the service and what became of them:

\`\`\`
http.request.method == "POST" and http.request.uri matches "/v1/traces$"
http2.headers.path matches "TraceService/Export$"
tcp.flags.syn == 1 and tcp.flags.ack == 0 and tcp.dstport in {4317, 4318}
dns.flags.rcode == 3
http.response.code == 431 or http.response.code == 400
\`\`\`

Where the capture shows the exporters, the report has done that: the cause names what happened, and the proof has the packets. A span in an
export that was refused is \`exporter-rejected\`; one that no export carried, though its children name it, \`span-not-ended\`; one that was
exported and accepted is lost behind the collector: capture there, or read its log.

The third shows attempts to connect; repeated ones without an answer mean that nobody accepts. With \`ndots:5\` a healthy name gives
NXDOMAIN a few times before its answer: only a name that never resolves is a fault.

In Jaeger: children whose parent is missing carry the warning \`invalid parent span IDs=…\` (or \`parent span ID=… is not in the trace\`). No
children and no span: the span was never made, or its batch is lost.

## How to fix

Go: wrap the whole mux, and end every span where it begins:

\`\`\`go
http.ListenAndServe(addr, otelhttp.NewHandler(mux, "", otelhttp.WithSpanNameFormatter(byPattern)))
ctx, span := tracer.Start(ctx, "work")
defer span.End()
\`\`\`

Before the process ends, send what is left: \`tracerProvider.Shutdown(ctx)\` (Go), \`sdk.shutdown()\` (Node), the agent's own hook (Java),
\`provider.shutdown()\` (Python). Workers that are forked (gunicorn, uWSGI) must start the SDK after the fork, or their exporter's thread
is missing.

Node: \`node --import ./telemetry.mjs app.mjs\` (with the loader hook, see \`context-stripped\`), so that the server is patched before it is
made. Python: look at \`OTEL_PYTHON_EXCLUDED_URLS\` and its kin (\`OTEL_PYTHON_FLASK_EXCLUDED_URLS\`).

Export, the same variables for all SDKs:

\`\`\`
OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317
OTEL_EXPORTER_OTLP_PROTOCOL=grpc            # 4317; http/protobuf goes to 4318
OTEL_BSP_MAX_QUEUE_SIZE=8192
OTEL_BSP_MAX_EXPORT_BATCH_SIZE=512
\`\`\`

\`http://\` is plain text and \`https://\` is TLS; with a CA of your own set \`OTEL_EXPORTER_OTLP_CERTIFICATE\`. A pod with \`hostNetwork: true\`
needs \`dnsPolicy: ClusterFirstWithHostNet\`. In Istio the collector's port must be named for its protocol (\`grpc-otlp\`).

Collector, larger messages and whole traces in one place:

\`\`\`yaml
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "0.0.0.0:4317", max_recv_msg_size_mib: 16 }
      http: { endpoint: "0.0.0.0:4318", max_request_body_size: 33554432 }
exporters:
  loadbalancing:
    routing_key: traceID
    protocol: { otlp: { tls: { insecure: true } } }
    resolver: { dns: { hostname: tail-sampling } }
\`\`\`

Request heads: send less baggage, or raise the limit:

| receiver | limit | default |
|---|---|---|
| nginx | \`large_client_header_buffers 4 32k\` | 4 of 8k; a line must fit into one |
| Envoy | \`max_request_headers_kb: 96\` | 60 |
| HAProxy | \`tune.bufsize 32768\` | 16384 |
| Go | \`http.Server{MaxHeaderBytes: 2 << 20}\` | 1 MiB |
| Node | \`--max-http-header-size=32768\` | 16 KiB |
| Spring Boot | \`server.max-http-request-header-size=32KB\` | 8KB |
| gunicorn | \`--limit-request-field_size 16380\` | 8190 |
`,
  check: (tally) => findingsOf("span-missing", "unrecorded", withProvenRoutes(tally), word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  const routes = affectedClause(population);
  const proven = provenClause(population);
  const separator = proven === "" ? "" : routes.includes(": ") ? "; " : ": ";
  if (population.cause === "header-too-large")
    return {
      message: `${to} refuses ${affected} of ${of} requests from ${from}, whose heads are too large${routes}`,
      fix: fixFor(population),
    };
  return {
    message: `${to} left no span of ${affected} of ${of} requests from ${from}${routes}${separator}${proven}`,
    fix: fixFor(population),
  };
};

/** What the captures show of the exporter, in the words of the first exchange with this cause. */
function provenClause({ cause, tallies }: Population): string {
  for (const { causes } of tallies) {
    const shown = causes.get(cause)?.fault;
    if (shown?.proofs !== undefined && shown.proofs.length > 0) return shown.detail;
  }
  return "";
}

/**
 * Requests that carried no context and have no span either count only where the whole route has none and some of its requests prove it:
 * else the service may have chosen not to sample them.
 */
function withProvenRoutes(tally: Tally): Tally {
  const proven = new Tally();
  for (const [key, edge] of tally.edges) proven.edges.set(key, edge);
  for (const [key, fault] of tally.faults) {
    if (fault.verdict !== "unrecorded" || fault.isWeak) continue;
    const weak = tally.edgeOf(fault.from, fault.to)?.faults.find((other) => other.isWeak);
    proven.faults.set(key, fault);
    const part = weak === undefined ? undefined : provenPart(weak, fault, tally);
    if (part !== undefined) proven.faults.set(part.key, part);
  }
  return proven;
}

function provenPart(weak: FaultTally, strong: FaultTally, tally: Tally): FaultTally | undefined {
  const edge = tally.edgeOf(weak.from, weak.to);
  const routes = [...weak.routes].filter(
    ([route, n]) => strong.routes.has(route) && n + (strong.routes.get(route) ?? 0) === edge?.routes.get(route),
  );
  const affected = sum(routes.map(([, n]) => n));
  if (affected === 0) return undefined;
  // The sentence and the proof are those of the requests that carried a context.
  return {
    ...weak,
    affected,
    routes: new Map(routes),
    severities: new Map(),
    confidence: strong.confidence,
    exemplars: [],
    causes: new Map(),
  };
}
