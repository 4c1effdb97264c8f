import { isPlaceholder } from "../../naming/placeholder.ts";
import { affectedClause } from "../affected-clause.ts";
import type { Population } from "../finding.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const spanMisattributed: Rule = {
  id: "span-misattributed",
  verdict: "misattributed",
  severity: "error",
  summary: "The span is there, under a wrong or missing service, pod or name.",
  help: `## What it means

Propagation is right and the span is in its trace, where nobody finds it: it stands under no service, it does not tell which pod made it, or
its name says nothing of the route. A missing service name is an error, since searches, dependency graphs and alerts go by it. The
others are warnings: the trace is whole, and hard to read.

It is said of whoever made the spans, on the edges that lead to it. Of a service without spans nothing of this is said.

## Why it happens

- \`service-name-missing\`: nothing set \`service.name\`.
  - The SDK wrote its default, \`unknown_service\` or \`unknown_service:java\`: neither \`OTEL_SERVICE_NAME\` nor the code names the service.
  - A resource of your own replaced the SDK's instead of being merged with it; Jaeger writes \`missing-service-name\` then, older versions
    \`OTLPResourceNoServiceName\`, and \`empty-service-name\` where the value is empty.
  - The variable is set in another container of the pod, or in a shell that does not start the process.
- \`pod-name-missing\`: other services of the run name their pods (\`k8s.pod.name\`), this one names neither a pod nor a host. Its deployment
  lacks the variables, its resource detectors are off, or it sends past the collector that adds the attribute. Where nobody names a pod, it
  is no fault: nothing says that this is Kubernetes.
- \`span-name-useless\`: the SERVER span is called \`HTTP\`, \`/\`, \`?\` or nothing, or one name (\`server\`) stands for several routes.
  Hand-written middleware, or an operation name given to a handler that wraps all routes.

Names that are right: \`GET /orders/{id}\`; \`GET\` alone, where no route is known; \`HTTP GET\` for a CLIENT span; whatever a proxy calls its
routes and listeners.

## How to tell

In the report: the service is named by what else is known of its address (a DNS answer, the Host field), and the proof shows what its span
says instead.

In Jaeger: look for the service in the list of services. It is not there, and \`unknown_service\` or \`missing-service-name\` is; several
services may hide behind one such name. Open the span: the resource is under *Process*.

In Wireshark, what the process itself exports, where that is in plain text:

\`\`\`
http.request.method == "POST" and http.request.uri matches "/v1/traces$"
http2.headers.path matches "TraceService/Export$"
\`\`\`

If the export names the service and Jaeger does not, a processor of the collector removes or overwrites it (\`resource\`, \`transform\`).

In the cluster:

\`\`\`
kubectl set env deployment/orders --list
\`\`\`

## How to fix

In the deployment, for all languages. \`OTEL_SERVICE_NAME\` wins over \`service.name\` in \`OTEL_RESOURCE_ATTRIBUTES\`:

\`\`\`yaml
env:
  - { name: OTEL_SERVICE_NAME, value: orders }
  - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
  - { name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.pod.name=$(POD_NAME),k8s.namespace.name=shop" }
\`\`\`

\`POD_NAME\` must stand before the variable that uses it. The OpenTelemetry Operator writes all of these by itself.

Collector, for pods that do not say who they are:

\`\`\`yaml
processors:
  k8sattributes:
    extract: { metadata: [k8s.pod.name, k8s.namespace.name, k8s.deployment.name] }
    pod_association: [{ sources: [{ from: connection }] }]
\`\`\`

Go, a resource that keeps what the SDK and the environment know:

\`\`\`go
res, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK(),
    resource.WithAttributes(semconv.ServiceName("orders")))
\`\`\`

Java: \`-Dotel.service.name=orders\`. Node: \`new NodeSDK({ serviceName: "orders" })\`. Python: \`Resource.create({"service.name": "orders"})\`,
which merges; \`Resource(...)\` does not. nginx: \`otel_service_name edge;\`. Envoy: \`service_name\` of the tracer.

Span names, where the framework's own instrumentation cannot be used:

\`\`\`go
otelhttp.NewHandler(mux, "", otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
    return r.Method + " " + r.Pattern
}))
\`\`\`

Names are templates of few values: ids and queries belong into attributes.
`,
  check: (tally) => findingsOf("span-misattributed", "misattributed", tally, word),
};

const word: Word = (population) => ({
  message: `${sentence(population)}${affectedClause(population)}`,
  fix: forService(fixFor(population), population.culprit?.service),
});

/** The advice has an example's name; where the service is known by other means, it can be pasted as it is. */
function forService(fix: string, service: string | undefined): string {
  return service !== undefined && /^[\w.-]+$/.test(service) ? fix.replaceAll(/\b(?<!\/)orders\b/g, service) : fix;
}

function sentence(population: Population): string {
  const { cause, from, to, affected, of, culprit } = population;
  const who = culprit?.group === from ? from : to;
  const requests = `${affected} of ${of} requests ${who === from ? `to ${to}` : `from ${from}`}`;
  const [span] = population.tallies.flatMap(({ exemplars }) => exemplars.flatMap(({ fault }) => fault.spans));
  switch (cause) {
    case "service-name-missing": {
      const service = span?.resource.service ?? "";
      const where = service !== "" && isPlaceholder(service) ? ` and stand under "${service}"` : "";
      return `spans of ${who} have no service name${where}: ${requests}`;
    }
    case "pod-name-missing":
      return `spans of ${who} do not name their pod: ${requests}`;
    default:
      return `SERVER spans of ${who} have a name that tells no route, "${span?.name ?? ""}": ${requests}`;
  }
}
