// What a collector is told by before anything was exported to it: the names that only somebody who sends spans asks for, and the ports.

import { editDistance } from "../../wire/edit-distance.ts";

/** OTLP over gRPC and HTTP (IANA), its former ports, Zipkin, Jaeger's collector over gRPC and HTTP. */
export const COLLECTOR_PORTS: ReadonlySet<number> = new Set([4317, 4318, 55_680, 55_681, 9411, 14_250, 14_268]);

/** Parts of a name's first label that no other kind of service has. */
const TELLING_PART = /^(otel|otlp|opentelemetry|opencensus|jaeger|zipkin|skywalking|signoz|uptrace)/;
const TELLING_PARTS: ReadonlySet<string> = new Set(["tempo", "trace", "traces", "tracing", "apm", "spans"]);
/** A collector that says no more of itself: one of logs, metrics or bills has another word beside it. */
const GENERIC_PARTS: ReadonlySet<string> = new Set(["collector", "collectors", "agent", "gateway", "headless", "svc", "service"]);
/** What charts and operators call a collector: a name with a typing error in it is meant for one, too. */
const USUAL_LABELS = ["jaeger-collector", "jaeger-agent", "opentelemetry-collector", "zipkin-collector"];
/** Names outside of clusters that vendors take spans on. */
const VENDORS = /(^|\.)(honeycomb\.io|lightstep\.com|tracing\.grafana\.net|apm\.[a-z0-9.-]*elastic-cloud\.com|live\.dynatrace\.com)$/;

/** How Istio's proxies name a service in SNI: `outbound_.4317_._.otel-collector.shop.svc.cluster.local`. */
const ISTIO = /^outbound_\.\d+_\.[^.]*_\./;

/** Of a host, as DNS or SNI has it. */
export function isCollectorName(host: string): boolean {
  const name = host.toLowerCase().replace(ISTIO, "");
  const parts = firstLabel(name)
    .split(/[-_\d]+/)
    .filter((part) => part !== "");
  if (parts.some((part) => TELLING_PART.test(part) || TELLING_PARTS.has(part))) return true;
  if (parts.some((part) => part.startsWith("collector")) && parts.every((part) => GENERIC_PARTS.has(part))) return true;
  return isNear(name, USUAL_LABELS) || VENDORS.test(name);
}

/** What domains and namespaces are called that hold nothing but telemetry. `otel-demo` is none of them: a shop lives there. */
const TELEMETRY_LABELS: ReadonlySet<string> = new Set(["otlp", "otel", "opentelemetry", "jaeger", "zipkin", "tempo"]);

/** A collector, or whatever else belongs to one: `eu.otlp.example.com`, `distributor.tempo.svc.cluster.local`. */
export function isTelemetryName(host: string): boolean {
  const labels = host.toLowerCase().split(".");
  return isCollectorName(host) || labels.some((label) => TELEMETRY_LABELS.has(label));
}

/** Shorter names are near many others by chance. */
const MIN_NEAR_LENGTH = 8;
const MAX_TYPING_ERRORS = 2;

/** Whether it is one of these names, in another domain or with a typing error. */
export function isNear(name: string, known: Iterable<string>): boolean {
  const label = firstLabel(name);
  for (const other of known) {
    const otherLabel = firstLabel(other);
    if (label === otherLabel) return true;
    if (label.length >= MIN_NEAR_LENGTH && isTypingError(label, otherLabel)) return true;
  }
  return false;
}

export function firstLabel(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

/** Labels have 63 characters at most (RFC 1035 §2.3.4); most differ in length alone. */
function isTypingError(label: string, known: string): boolean {
  return Math.abs(label.length - known.length) <= MAX_TYPING_ERRORS && editDistance(label, known) <= MAX_TYPING_ERRORS;
}
