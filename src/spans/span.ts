import type { Timestamp } from "../wire/timestamp.ts";

/** Who made the spans: an OpenTelemetry resource, cut to what names a workload. Equal resources MAY be one object. */
export interface Resource {
  /** `service.name` as the backend holds it; "" when it has none. */
  readonly service: string;
  /** `k8s.pod.name`, else `host.name`. */
  readonly pod?: string;
  /** There, where `pod` is not Kubernetes' name of the pod. */
  readonly podBy?: "host.name";
  /** `telemetry.sdk.language`. */
  readonly language?: string;
  /** `telemetry.sdk.name`: tells proxies that make spans (envoy, …) from applications. */
  readonly sdk?: string;
  /** `telemetry.sdk.version`. */
  readonly sdkVersion?: string;
  /** `webengine.name`: what serves the requests, as Caddy says. */
  readonly webEngine?: string;
}

/** In the order of OTLP's numbers (opentelemetry-proto, trace.proto, SpanKind). */
export const spanKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof spanKinds)[number];

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span, from a backend, a file or an export on the wire. Ids are lower-case hex of 32 and 16 digits. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for a root; eight zero bytes count as absent. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp;
  readonly error: boolean;
  readonly resource: Resource;
  /** Instrumentation scope name. */
  readonly scope: string;
  readonly links: readonly SpanLink[];
  /** Attributes of `KEPT_ATTRIBUTES` only: a span may hold what no report must show. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface Trace {
  readonly traceId: string;
  readonly spans: readonly Span[];
  /** What the backend or the reader says about it, each text once. */
  readonly warnings: readonly string[];
}

/** Span attributes that matching, naming and rules read; all others are dropped while reading. */
export const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set([
  "http.request.method",
  "http.method",
  "http.route",
  "url.path",
  "url.full",
  "http.target",
  "http.url",
  "http.response.status_code",
  "http.status_code",
  "network.peer.address",
  "network.peer.port",
  "net.sock.peer.addr",
  "net.sock.peer.port",
  "net.peer.ip",
  "net.peer.name",
  "net.peer.port",
  "peer.address",
  "client.address",
  "client.port",
  "server.address",
  "server.port",
  "net.host.name",
  "net.host.port",
  "rpc.system",
  "rpc.system.name",
  "rpc.service",
  "rpc.method",
  "component",
  "node_id",
  "upstream_cluster",
  "upstream_cluster.name",
  "upstream_address",
  "guid:x-request-id",
  "error.type",
  "http.request.resend_count",
  "messaging.system",
  "db.system",
  "db.system.name",
]);
