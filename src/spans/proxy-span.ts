// Spans that a proxy made, not an application.

import type { Span } from "./span.ts";

const PROXY_SDK = /^(envoy|nginx|haproxy|traefik|kong|istio|linkerd)/i;

/** `telemetry.sdk.name`, or the scope of its spans. */
export function isProxySdk(name: string): boolean {
  return PROXY_SDK.test(name);
}

/** Envoy's tracers without a resource (Zipkin, OpenCensus) say it by the tag `component`. */
export function isProxySpan({ resource, scope, attributes }: Span): boolean {
  return isProxySdk(resource.sdk ?? "") || isProxySdk(scope) || attributes.component === "proxy";
}
