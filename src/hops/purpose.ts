// What an exchange is for: health checks, scrapes, telemetry exports and preflights carry no trace by right.

import type { HttpRequest } from "../protocols/observation.ts";
import { MAX_USER_AGENTS } from "../wire/limits.ts";
import { remembered } from "../wire/remembered.ts";
import type { Purpose } from "./hop.ts";

/** Who asks: kubelet, Prometheus and its kin, load balancers, uptime monitors. */
const PROBERS =
  /^(kube-probe|prometheus|vmagent|victoriametrics|grafana-agent|alloy|googlehc|elb-healthchecker|amazon-route53|consul health check|envoy\/hc|haproxy|blackbox|uptime|pingdom|updown|datadog agent|telegraf|otel-collector|opentelemetry-collector)/i;

/** What is asked where nobody says who they are. */
const PROBE_PATHS =
  /^\/(-\/)?(actuator\/)?(healthz?|livez?|liveness|readyz?|readiness|startupz?|metrics|prometheus|ping|health\/(live|ready|liveness|readiness)|_health|__health)\/?$/i;

/** Longer paths than any of these need no look. */
const MAX_PROBE_PATH = 32;

/**
 * Where telemetry is sent: OTLP/HTTP (opentelemetry-proto), Zipkin, Jaeger's collector, Datadog's agent, Prometheus remote write, Loki. What stands before it
 * is a proxy's or a tenant's.
 */
const EXPORT_PATHS =
  /(\/v1\/(traces|metrics|logs)|\/v1development\/profiles|\/api\/v[12]\/spans|\/api\/traces|\/v0\.\d\/traces|\/api\/v1\/(write|push))$|^\/opentelemetry\.proto\.collector\./;

/** Who sends telemetry wherever its endpoint was set to: `OTel OTLP Exporter Go/1.28.0`, `OTel-OTLP-Exporter-Java/1.40.0`. */
const EXPORTERS = /^otel[- ]otlp[- ]exporter/i;

/** gRPC's own health checks (grpc/grpc health-checking.md): kubelet and load balancers ask them. */
const GRPC_HEALTH = "/grpc.health.v1.Health/";
/** The ports that IANA gave to OTLP over gRPC and over HTTP. */
const OTLP_GRPC_PORT = 4317;
const OTLP_HTTP_PORT = 4318;

/** `port`: the server's. */
export function purposeOf(request: HttpRequest | undefined, userAgent: string | undefined, port: number): Purpose {
  const isUnknown = request === undefined || (request.path === "" && !request.isHeadComplete);
  if (isUnknown && port === OTLP_GRPC_PORT) return "export";
  if (request === undefined) return "work";
  const { method, path } = request;
  if (method === "POST") {
    if (EXPORT_PATHS.test(path) || port === OTLP_HTTP_PORT || (userAgent !== undefined && isExporter(userAgent))) return "export";
    return path.startsWith(GRPC_HEALTH) ? "probe" : "work";
  }
  // Some of Datadog's tracers.
  if (method === "PUT") return EXPORT_PATHS.test(path) ? "export" : "work";
  if (method === "OPTIONS") return "preflight";
  if (method !== "GET" && method !== "HEAD") return "work";
  const isProbe = (userAgent !== undefined && isProber(userAgent)) || isProbePath(path);
  return isProbe ? "probe" : "work";
}

/** Last characters of `PROBE_PATHS`: an id at the end, as most paths have, is told at a glance. */
const PROBE_ENDS = new Uint8Array(128);
for (const character of "hzsyepg/HZSYEPG") PROBE_ENDS[character.charCodeAt(0)] = 1;

function isProbePath(path: string): boolean {
  return path.length <= MAX_PROBE_PATH && PROBE_ENDS[path.charCodeAt(path.length - 1)] === 1 && PROBE_PATHS.test(path);
}

const isProber = remembered((userAgent) => PROBERS.test(userAgent), MAX_USER_AGENTS);

const isExporter = remembered((userAgent) => EXPORTERS.test(userAgent), MAX_USER_AGENTS);
