// What to change where spans stand under no service, name no pod or tell no route: entries of the table in `fixes.ts`.

export const ATTRIBUTION_ADVICE = {
  "service-name-missing": {
    any: ["Give the service its name, in the environment of its process:", "    OTEL_SERVICE_NAME=orders"],
    proxy: [
      "Give the proxy's tracer a service name; nginx: otel_service_name, Envoy: service_name of the tracer, elsewhere OTEL_SERVICE_NAME.",
    ],
    nginx: ["Name it where the exporter stands (default unknown_service:nginx):", "    otel_service_name edge;"],
    envoy: ["Name it in the tracer's configuration (OpenTelemetryConfig):", "    service_name: orders"],
    go: [
      "Name it in the environment (OTEL_SERVICE_NAME=orders), or in the resource. A resource of your own replaces the default: merge them.",
      '    res, err := resource.Merge(resource.Default(), resource.NewSchemaless(semconv.ServiceName("orders")))',
      "    tp := sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithBatcher(exporter))",
    ],
    java: ["Give the agent the name:", "    OTEL_SERVICE_NAME=orders", "or -Dotel.service.name=orders on the command line."],
    nodejs: [
      "Give the SDK the name in the environment, where the process is started:",
      "    OTEL_SERVICE_NAME=orders node --import ./telemetry.mjs app.mjs",
    ],
    python: [
      "Give the wrapper the name, or set it in the environment:",
      "    OTEL_SERVICE_NAME=orders opentelemetry-instrument python app.py",
    ],
  },
  "pod-name-missing": {
    any: [
      "Hand the pod's name to the process with the downward API, or let the collector's k8sattributes processor add it:",
      "    - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }",
      '    - { name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.pod.name=$(POD_NAME)" }',
    ],
    go: [
      "Hand the pod's name to the process with the downward API; a resource of your own must read it: resource.WithFromEnv().",
      "    - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }",
      '    - { name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.pod.name=$(POD_NAME)" }',
    ],
  },
  "span-name-useless": {
    any: ["Name SERVER spans by method and route template (GET /orders/{id}), never by the raw path or by one name for all."],
    go: [
      "Name spans by method and pattern instead of by the handler's operation:",
      '    otelhttp.NewHandler(mux, "", otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {',
      '        return r.Method + " " + r.Pattern // known behind the mux of Go 1.22',
      "    }))",
      "Middleware for the framework (otelgin, otelecho, otelmux) does it by itself.",
    ],
    java: [
      "Let the agent name spans: it takes the framework's route. By hand, once the route is known:",
      '    Span.current().updateName(request.getMethod() + " " + route);',
    ],
    nodejs: [
      "Load the framework's instrumentation (express, fastify, koa, …) too: it names the span of http by its route. By hand:",
      '    trace.getActiveSpan()?.updateName(req.method + " " + req.route.path);',
    ],
    python: [
      "Let the framework's instrumentation (flask, fastapi, django) make the SERVER span: it names it by its route. By hand:",
      '    trace.get_current_span().update_name(f"{request.method} {request.url_rule}")',
    ],
  },
} as const;
