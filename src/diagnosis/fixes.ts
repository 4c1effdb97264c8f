// What to change, by cause: the two to five lines that stand in a report. The whole of it is in each rule's help. Lines of configuration begin with
// spaces, everything else is prose.

import { isPlaceholder } from "../naming/placeholder.ts";
import { ATTRIBUTION_ADVICE } from "./attribution-advice.ts";
import { CAPTURE_ADVICE } from "./capture-advice.ts";
import { checksFor } from "./checks.ts";
import type { Population } from "./finding.ts";
import { REFUSAL_ADVICE } from "./refusal-advice.ts";
import type { Cause } from "./verdict.ts";

/** `any` serves everybody; what is known of the culprit may have better advice. */
export type Advice = { readonly any: readonly string[] } & { readonly [Who in Proxy | Language | "proxy"]?: readonly string[] };

const languages = ["go", "java", "nodejs", "python"] as const;
const proxies = ["nginx", "envoy", "haproxy", "traefik"] as const;
/** `telemetry.sdk.language`. */
type Language = (typeof languages)[number];
type Proxy = (typeof proxies)[number];

const LATE = "They may still be on their way: SDKs send spans in batches. Ask again later, wait longer (--wait), or export the file anew.";
const RESTART_ON_PURPOSE = "Nothing to change where the restart is meant (a trust boundary): the link keeps the two traces together.";
const START_WITH_NODE = "    node --experimental-loader=@opentelemetry/instrumentation/hook.mjs --import ./telemetry.mjs app.mjs";
const START_WITH_PYTHON = "    opentelemetry-instrument python app.py";
const START_WITH_JAVA = "    java -javaagent:opentelemetry-javaagent.jar -jar app.jar";
const PROPAGATE_WITH_NGINX = "    otel_trace_context propagate;";

const FIXES: Partial<Record<Cause, Advice>> = {
  "proxy-drops-header": {
    any: [
      "Find what removes header fields, or lists those that may pass, on these routes; let traceparent, tracestate and baggage through.",
      'nginx passes them on unless proxy_set_header sets them to "". A proxy_set_header in a location cancels the inherited ones: repeat them there.',
      "    proxy_set_header traceparent $http_traceparent;",
      "    proxy_set_header tracestate  $http_tracestate;",
      "Envoy, Istio: request_headers_to_remove. HAProxy: del-header. Traefik: empty customRequestHeaders. Caddy: header_up -name. Apache, Varnish: unset.",
    ],
    nginx: [
      'nginx passes fields on unless told not to: look for proxy_set_header traceparent "" and proxy_pass_request_headers off. To pass them:',
      "    proxy_set_header traceparent $http_traceparent;",
      "    proxy_set_header tracestate  $http_tracestate;",
      "A proxy_set_header inside a location cancels the inherited ones: repeat them there. gRPC needs grpc_set_header instead.",
    ],
    envoy: [
      "Take traceparent and tracestate out of request_headers_to_remove (route, virtual host and route configuration) and internal_only_headers.",
      "Istio writes the first of them for headers.request.remove of a VirtualService and for a RequestHeaderModifier of an HTTPRoute.",
    ],
    haproxy: ["Look for http-request del-header (also with -m beg or -m reg) in the frontend and the backend of these routes."],
    traefik: ["Look for a headers middleware on these routers: an empty value in customRequestHeaders removes the field."],
  },
  "client-does-not-inject": {
    any: [
      "Instrument the HTTP or gRPC client of these calls, or copy traceparent, tracestate and baggage from the incoming request to it.",
    ],
    go: [
      "Give the client a transport that injects, and each request the context of the request that caused it:",
      "    client := &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}",
      "    req, err := http.NewRequestWithContext(ctx, method, url, body)",
      "gRPC: grpc.WithStatsHandler(otelgrpc.NewClientHandler()).",
    ],
    java: [
      "Start the service with the agent, and see in its documentation whether it supports this client library:",
      START_WITH_JAVA,
      "A client it does not know: inject with GlobalOpenTelemetry.getPropagators().getTextMapPropagator().",
    ],
    nodejs: [
      "The client was loaded before it could be patched, or is an ES module without the loader hook. Start with both:",
      START_WITH_NODE,
      "fetch and undici need @opentelemetry/instrumentation-undici.",
    ],
    python: [
      "Install the instrumentation of this client library, and start the service through the wrapper:",
      "    opentelemetry-bootstrap -a install",
      START_WITH_PYTHON,
    ],
  },
  "transport-does-not-inject": {
    any: ["There is a CLIENT span and nothing is injected: set a propagator (OTEL_PROPAGATORS must not be none) and call its inject."],
    go: [
      "Go's default propagator writes nothing; set one. A RoundTripper of your own must inject the context of its CLIENT span:",
      "    otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))",
      "    otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(req.Header))",
    ],
    nodejs: [
      "Inject while the CLIENT span is active, before the request is sent; OTEL_PROPAGATORS must not be none:",
      "    propagation.inject(trace.setSpan(context.active(), span), headers);",
    ],
    python: [
      "Inject while the CLIENT span is current, before the request is sent; OTEL_PROPAGATORS must not be none:",
      "    from opentelemetry.propagate import inject",
      "    inject(headers)",
    ],
  },
  "goroutine-without-context": {
    any: ["Hand the request's context to the goroutine, thread or task instead of starting from an empty one."],
    go: [
      "Pass the request's context on instead of context.Background(); where the work outlives the request, without its cancellation:",
      "    ctx := context.WithoutCancel(r.Context())",
      "    go work(ctx)",
    ],
    java: [
      "Wrap the executor where it is made (the agent wraps the JDK's pools, not every Executor of your own):",
      "    ExecutorService pool = Context.taskWrapping(Executors.newFixedThreadPool(8));",
      "or name its class to the agent: -Dotel.instrumentation.executors.include=com.example.MyExecutor",
    ],
    nodejs: [
      "A callback that a queue or a pool calls later has lost the context: bind it where it is handed over.",
      "    queue.push(context.bind(context.active(), task));",
    ],
    python: [
      "Threads and ThreadPoolExecutor lose the context without their instrumentation; with opentelemetry-instrument it is found by itself:",
      "    pip install opentelemetry-instrumentation-threading",
      "By hand: ThreadingInstrumentor().instrument().",
    ],
  },
  "started-before-instrumentation": {
    any: ["Start the SDK before anything that serves or calls is loaded, and take no traffic before it is ready."],
    go: ["Set tracer provider and propagator before the first handler or client is made, and before ListenAndServe."],
    java: ["Load the agent with the JVM instead of attaching it later:", START_WITH_JAVA],
    nodejs: ["Load the SDK before the application, not from inside it:", START_WITH_NODE],
    python: ["Start through the wrapper instead of instrumenting after the imports:", START_WITH_PYTHON],
  },
  "middleware-missing": {
    any: ["Put the tracing middleware before the router, so that no route is left out, and look for filters that exclude these."],
    go: [
      "Put the middleware on the whole router before any route or group, or wrap the whole mux, and look for WithFilter:",
      '    router.Use(otelgin.Middleware("orders")) // likewise otelecho, otelchi, otelmux',
      '    http.ListenAndServe(addr, otelhttp.NewHandler(mux, "", otelhttp.WithSpanNameFormatter(byPattern)))',
    ],
    python: ["Look for these routes in OTEL_PYTHON_EXCLUDED_URLS and its kin (OTEL_PYTHON_FLASK_EXCLUDED_URLS, …)."],
  },
  "middleware-order": {
    any: ["Register the tracing middleware first: whatever runs before it sees no context, and what it calls begins traces of its own."],
  },
  "header-truncated": {
    any: ["Find the length limit on this field's value; tracestate may hold 512 characters, baggage 8,192 bytes. Cut whole members only."],
    proxy: [
      "Find where the proxy copies the field through a variable, a rewrite or a script with a length limit, and pass it on whole.",
      "tracestate may hold 512 characters, baggage 8,192 bytes. A list is copied whole, not its first or last member.",
    ],
    haproxy: [
      "req.hdr() takes one member of a comma-separated list; req.fhdr() takes the whole field:",
      "    http-request set-header baggage %[req.fhdr(baggage)]",
    ],
  },
  "header-malformed": {
    any: ["Correct what writes the value: 55 characters, lower-case hex, version 00, no id of zeros. An SDK's propagator writes it right."],
    proxy: [
      "Correct the rule or script that writes the value: 55 characters, lower-case hex, no id of zeros; or let what comes in pass as it is.",
    ],
  },
  "header-duplicated": {
    any: ["Set the field instead of appending to it, and let one part alone write it: two instrumentations of one client append twice."],
    proxy: ["Set the field instead of adding a line: the client's own traceparent must be replaced or left alone."],
    nginx: ["Leave one writer: the otel module or proxy_set_header traceparent, not both.", PROPAGATE_WITH_NGINX],
    envoy: ["Use append_action: OVERWRITE_IF_EXISTS_OR_ADD where request_headers_to_add names traceparent, or leave it to the tracer."],
    haproxy: ["Use http-request set-header instead of http-request add-header."],
  },
  "header-case": {
    any: [
      "Look field names up without regard to case (RFC 9110 §5.1): a plain map of headers does not. Read through the framework's accessor.",
    ],
  },
  "restarts-trace": {
    any: ["Let it extract the incoming context before it begins a span; where a restart is meant, link the new span to the old trace."],
    proxy: [
      "Let the proxy's tracing go on with the context that comes in, or turn its tracing off: then the fields pass unchanged.",
      "nginx's otel module ignores it by default: otel_trace_context propagate. Elsewhere the tracer may read another format.",
    ],
    nginx: ["The otel module reads and writes the context only where told to; inject alone starts over:", PROPAGATE_WITH_NGINX],
    envoy: [
      "Envoy goes on with a context that its tracer can read: OpenTelemetry reads traceparent, Zipkin x-b3-*.",
      "Choose the tracer whose format the callers send, and look for a rule that removes the field before the tracer sees it.",
    ],
    traefik: ["Name the formats that come in; the default is tracecontext,baggage:", "    OTEL_PROPAGATORS=tracecontext,baggage,b3multi"],
    go: ["Take otelhttp.WithPublicEndpoint from handlers that are not public: with it every request begins a trace of its own."],
  },
  "format-mismatch": {
    any: [
      "Let receiver and sender share a format, best by adding the sender's to the receiver:",
      "    OTEL_PROPAGATORS=tracecontext,baggage,b3multi",
    ],
    go: [
      "Let receiver and sender share a format. Go reads OTEL_PROPAGATORS only through autoprop:",
      "    otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())",
      "    OTEL_PROPAGATORS=tracecontext,baggage,b3multi",
    ],
  },
  "format-translated-wrong": {
    any: [
      "Copy the 32 digits as they stand: no half or byte changes places, 64 bits get their zeros on the left, and ids are never numbers.",
    ],
  },
  "trace-id-shortened": {
    any: ["Switch the culprit to 128-bit trace ids. Brave: traceId128Bit(true). Envoy's Zipkin tracer: trace_id_128bit: true."],
  },
  "one-backend-of-many": {
    any: [
      "Compare this replica with one that does it right: image digest, environment (OTEL_*), configuration, start time.",
      "    kubectl get pods -o custom-columns=NAME:.metadata.name,IMAGE:.status.containerStatuses[*].imageID,START:.status.startTime",
    ],
  },
  "reinjected-by-proxy": {
    any: ["Let the proxy write its formats from the context that came in, or write none: two trace ids in one request split the fleet."],
  },
  "two-injectors": {
    any: ["Leave one injector: two agents, or an agent and a middleware, write trace fields into the same request."],
  },
  "sampled-flag-changed": {
    any: ["Follow the caller's decision with a parent-based sampler:", "    OTEL_TRACES_SAMPLER=parentbased_traceidratio"],
    proxy: ["Let the proxy follow the flag that comes in (parent-based sampling), or pass traceparent on as it is."],
    nginx: ["Follow the caller's decision instead of one of nginx's own:", "    otel_trace $otel_parent_sampled;"],
    envoy: ["An x-request-id that is no UUID makes Envoy decide anew: set use_request_id_for_trace_sampling: false, or send a UUID."],
  },
  unsampled: { any: ["Nothing to change unless these requests should be recorded: then sample them where the trace begins."] },
  "exporter-dns-failed": {
    any: ["Correct the collector's name in OTEL_EXPORTER_OTLP_ENDPOINT; a pod with hostNetwork needs dnsPolicy: ClusterFirstWithHostNet."],
  },
  "exporter-unreachable": {
    any: ["Nothing accepts the export: check address and port (gRPC 4317, HTTP 4318), the collector's pods, and network policies."],
  },
  "exporter-tls-failed": {
    any: [
      "Make both ends agree: https:// or http:// in OTEL_EXPORTER_OTLP_ENDPOINT, and the collector's CA in OTEL_EXPORTER_OTLP_CERTIFICATE.",
    ],
  },
  "exporter-rejected": {
    any: ["Read the collector's answer: too large (smaller OTEL_BSP_MAX_EXPORT_BATCH_SIZE), not allowed, or gRPC sent to the HTTP port."],
  },
  "exporter-queue-overflow": { any: ["Enlarge the queue (OTEL_BSP_MAX_QUEUE_SIZE=8192), and see why exports are slow."] },
  "span-not-ended": { any: ["End the span on every path, errors and early returns included (defer, finally, with)."] },
  ...ATTRIBUTION_ADVICE,
  ...CAPTURE_ADVICE,
  ...REFUSAL_ADVICE,
};

/** Where the culprit sends contexts with other calls, so that its propagator is set. */
const FIXES_OF_ONE_CLIENT: Partial<Record<Cause, Advice>> = {
  "transport-does-not-inject": {
    any: [
      "Other calls of the service carry a context: a propagator is set. The client of these makes a CLIENT span and injects nothing:",
      "call the propagator's inject in it while that span is current, or give it the instrumentation of the others.",
    ],
    go: [
      "Other calls of the service carry a context: a propagator is set. The RoundTripper of this client must inject that of its CLIENT span,",
      "or be otelhttp.NewTransport:",
      "    otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(req.Header))",
    ],
  },
};

/** All that is advised for a cause, by who the culprit is. */
export function adviceFor(cause: Cause): Advice | undefined {
  return FIXES[cause];
}

/** Prose and lines of configuration; "" where there is nothing to advise. Of a note only the prose, as one line. */
export function fixFor(population: Pick<Population, "cause" | "verdict" | "severity" | "culprit" | "tallies" | "isInjecting">): string {
  const { cause, verdict, severity, tallies } = population;
  const faults = tallies.flatMap(({ exemplars }) => exemplars.map(({ fault }) => fault));
  const [remedy, another] = new Set(faults.flatMap((fault) => (fault.cause === cause ? [fault.remedy] : [])));
  if (remedy !== undefined && another === undefined) return remedy;
  if (severity !== "note") return linesFor(population).join("\n");
  if (verdict === "unrecorded") return LATE;
  if (cause === "restarts-trace" && verdict === "ignored") return RESTART_ON_PURPOSE;
  const [first = ""] = linesFor(population);
  return first.replace(/:$/, ".");
}

function linesFor(population: Parameters<typeof fixFor>[0]): readonly string[] {
  if (population.cause === "unknown") return checksFor(population);
  const advice = (population.isInjecting === true ? FIXES_OF_ONE_CLIENT[population.cause] : undefined) ?? FIXES[population.cause];
  if (advice === undefined) return [];
  const { culprit } = population;
  const known = culprit?.role === "proxy" ? productOf(population) : languageOf(population);
  return (known === undefined ? undefined : advice[known]) ?? (culprit?.role === "proxy" ? advice.proxy : undefined) ?? advice.any;
}

/** What the culprit's own spans say it is written in. */
function languageOf({ culprit, tallies }: Parameters<typeof fixFor>[0]): Language | undefined {
  const told = tallies.flatMap(({ exemplars }) => exemplars.flatMap(({ fault }) => fault.spans.map((span) => span.resource)));
  // A span without a service name proves a fault of whom it belongs to.
  const own = told.find(({ service, language }) => (service === culprit?.service || isPlaceholder(service)) && language !== undefined);
  return languages.find((language) => language === own?.language);
}

/** Which proxy it is, by its spans' SDK or its name. */
function productOf({ culprit, tallies }: Parameters<typeof fixFor>[0]): Proxy | undefined {
  const sdks = tallies
    .flatMap(({ exemplars }) => exemplars.flatMap(({ fault }) => fault.spans))
    .filter(({ resource }) => resource.service === culprit?.service)
    .map(({ resource }) => resource.sdk);
  const words = [...sdks, culprit?.service, culprit?.pod]
    .join(" ")
    .toLowerCase()
    .replace(/\bistio/g, "envoy");
  return proxies.find((proxy) => words.includes(proxy));
}
