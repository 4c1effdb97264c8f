import { affectedClause } from "../affected-clause.ts";
import type { Finding } from "../finding.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";
import type { Tally } from "../tally.ts";

const RULE = "context-stripped";

export const contextStripped: Rule = {
  id: RULE,
  verdict: "stripped",
  severity: "error",
  summary: "A context came in, and nothing went out.",
  help: `## What it means

A request carried a trace context to a service or a proxy (or the service began a trace for it), and the request that it caused
went out without any trace field: no \`traceparent\`, no B3, no \`uber-trace-id\`. The next service begins a new trace, and the
caller's trace ends here.

The sender of the bare request is the culprit. Requests whose cause carried no context either are not counted, and neither are
health checks, scrapes, exports of telemetry and CORS preflights, calls of database clients that speak HTTP, and calls that go out
like a clock while requests do not.

## Why it happens

- \`proxy-drops-header\`: the sender passes requests on, and removes the fields. Requests before and behind it have the same method
  and path; often only some routes are affected, since \`location\` blocks and routes are configured one by one.
- \`client-does-not-inject\`: the service has a SERVER span for the request that came in and no CLIENT span for the call. Its HTTP
  client is not instrumented: a library that the agent does not know, a Node ES module without the loader hook, a plain Go
  \`http.Client\`.
- \`transport-does-not-inject\`: the service has a CLIENT span for the call, and nothing went out. The propagator is missing (Go's
  default writes nothing), \`OTEL_PROPAGATORS\` is \`none\`, or a transport of its own makes the span and never calls \`inject\`.
- \`started-before-instrumentation\`: only requests before some moment are affected: the SDK was started after the first clients
  and servers were made.
- \`one-backend-of-many\`: one replica does it, and others of the same service do not.
- \`cors-preflight\`: a browser asks whether it may send \`traceparent\`, and the answer does not allow it: the request never comes. A
  warning, on the edge where the preflight is answered. By themselves preflights carry no context by right, and \`health-check\`s too.
- \`unknown\`: the capture alone cannot tell. With \`--jaeger\` or \`--traces\` it usually can.

## How to tell

In the report: \`9 of 24 requests\` with their routes. If all affected requests share a route, look at that route's configuration;
if all replicas do it on all routes, at the service's start. \`Proof\` shows the packet that came in and the one that went out.

In Wireshark, requests of a host without any trace field (\`matches\` ignores case, \`contains\` does not, and Go writes
\`Traceparent\`):

\`\`\`
http.request and ip.src == 10.7.0.24 and not http.request.line matches "^(traceparent|b3|x-b3-traceid|uber-trace-id):"
http2.headers.method and ip.src == 10.7.0.24 and not http2.header.name in {"traceparent", "b3", "x-b3-traceid"}
\`\`\`

The second one proves something only for connections that were captured from their first packet. Where Wireshark shows gRPC as plain
TCP, choose Decode As… HTTP/2 (\`tshark -d tcp.port==9090,http2\`).

In Jaeger: the caller's trace ends at a CLIENT span without children, or at the culprit's SERVER span; at the same time the next
service's span is the root of a trace of its own.

## How to fix

nginx passes fields on unless \`proxy_set_header\` names them or \`proxy_pass_request_headers\` is off. A \`proxy_set_header\` inside a
\`location\` cancels all those of the levels above, so whatever is set there must be repeated. gRPC has its own directive:

\`\`\`
location /api/orders/ {
    proxy_set_header Host        $host;
    proxy_set_header traceparent $http_traceparent;
    proxy_set_header tracestate  $http_tracestate;
    proxy_pass http://frontend;
}
location /shop.Orders/ {
    grpc_set_header traceparent $http_traceparent;
    grpc_pass grpc://orders;
}
\`\`\`

With nginx's OpenTelemetry module: \`otel_trace_context propagate;\` (the default is \`ignore\`).

Envoy: take the names out of \`request_headers_to_remove\` (route, virtual host, route configuration) and of
\`internal_only_headers\`. Istio: out of \`headers.request.remove\` of the VirtualService. A sidecar cannot know which incoming
request caused an outgoing one: the application itself must send on \`traceparent\`, \`tracestate\` and \`x-request-id\`.

Traefik: an empty value in a headers middleware's \`customRequestHeaders\` removes the field. HAProxy: look for
\`http-request del-header\`. Caddy: \`header_up -traceparent\`. Apache: \`RequestHeader unset\`. Varnish: \`unset req.http.traceparent\`.

Go: a transport that injects, a propagator, and the request's context:

\`\`\`go
otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(
    propagation.TraceContext{}, propagation.Baggage{}))
client := &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
// gRPC
conn, err := grpc.NewClient(target, grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
\`\`\`

Java: \`java -javaagent:opentelemetry-javaagent.jar -jar app.jar\`. For a client that the agent does not know:

\`\`\`java
GlobalOpenTelemetry.getPropagators().getTextMapPropagator()
    .inject(Context.current(), request, (carrier, name, value) -> carrier.setHeader(name, value));
\`\`\`

Node: load the SDK before the application; ES modules need the loader hook too. \`fetch\` is undici, not \`node:http\`: it needs
\`@opentelemetry/instrumentation-undici\`.

\`\`\`
node --require ./telemetry.cjs app.js
node --experimental-loader=@opentelemetry/instrumentation/hook.mjs --import ./telemetry.mjs app.mjs
\`\`\`

Python: \`opentelemetry-bootstrap -a install\` installs the instrumentation of each library that it finds; then start with
\`opentelemetry-instrument python app.py\`.
`,
  check: (tally) => [...findingsOf(RULE, "stripped", tally, word), ...preflightFindings(tally)],
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} strips the trace context: ${affected} of ${of} requests to ${to}${affectedClause(population)}`,
    fix: fixFor(population),
  };
};

/** Counts are preflights here: the requests that they ask about never came. */
function preflightFindings(tally: Tally): Finding[] {
  return tally.preflights.map(({ key, from, to, asked, blocked, exemplars }) => {
    const population = { cause: "cors-preflight", verdict: "stripped", severity: "warning", culprit: to, tallies: [] } as const;
    return {
      rule: RULE,
      verdict: "stripped",
      cause: "cors-preflight",
      otherCauses: [],
      severity: "warning",
      confidence: exemplars[0]?.fault.confidence ?? 0,
      culprit: to,
      edge: { from: from.group, to: to.group },
      affected: blocked,
      of: asked,
      detail: exemplars[0]?.fault.detail ?? "",
      group: `${to.name}: cors-preflight`,
      message: `${to.group} keeps browsers from sending trace fields: ${blocked} of ${asked} preflights from ${from.group} ask for them and are not allowed`,
      fix: fixFor(population),
      routes: [],
      traceIds: [],
      traceCount: 0,
      exemplars,
      keys: new Set([key]),
    };
  });
}
