// What an exchange is for: health checks, scrapes, telemetry exports and preflights carry no trace by right.

import type { HttpExchange } from "../protocols/observation.ts";
import type { Purpose } from "./hop.ts";
import { fieldValue } from "./read-contexts.ts";

/** Who asks: kubelet, Prometheus and its kin, load balancers, uptime monitors. */
const PROBERS =
  /^(kube-probe|prometheus|vmagent|victoriametrics|grafana-agent|alloy|googlehc|elb-healthchecker|amazon-route53|consul health check|envoy\/hc|haproxy|blackbox|uptime|pingdom|updown|datadog agent|telegraf|otel-collector|opentelemetry-collector)/i;

/** What is asked where nobody says who they are. */
const PROBE_PATHS =
  /^\/(-\/)?(actuator\/)?(healthz?|livez?|liveness|readyz?|readiness|startupz?|metrics|prometheus|ping|health\/(live|ready|liveness|readiness)|_health|__health)\/?$/i;

/** Longer paths than any of these need no look. */
const MAX_PROBE_PATH = 32;

/** Where telemetry is sent: OTLP/HTTP (opentelemetry-proto), Zipkin, Jaeger's collector, Datadog's agent, Prometheus remote write. */
const EXPORT_PATHS =
  /^(\/v1\/(traces|metrics|logs)|\/v1development\/profiles|\/api\/v[12]\/spans|\/api\/traces|\/v0\.\d\/traces|\/api\/v1\/(write|push)|\/loki\/api\/v1\/push|\/opentelemetry\.proto\.collector\..*)$/;

export function purposeOf(exchange: HttpExchange): Purpose {
  const { request } = exchange;
  if (request === undefined) return "work";
  if (request.method === "POST" && EXPORT_PATHS.test(request.path)) return "export";
  if (request.method === "OPTIONS") return "preflight";
  if (request.method !== "GET" && request.method !== "HEAD") return "work";
  const agent = fieldValue(request.fields, "user-agent");
  const isProbe = (agent !== undefined && PROBERS.test(agent)) || (request.path.length <= MAX_PROBE_PATH && PROBE_PATHS.test(request.path));
  return isProbe ? "probe" : "work";
}
