// Spans that a proxy made, not an application.

import type { Span } from "./span.ts";

const PROXY = /(^|\/)(caddy|envoy|nginx|haproxy|traefik|kong|istio|linkerd)(?![a-z0-9])[^/]*$/i;

/** `telemetry.sdk.name`, `webengine.name`, or the scope of its spans, which may be a module's path. */
export function isProxySdk(name: string): boolean {
  return PROXY.test(name);
}

/** Envoy's tracers without a resource (Zipkin, OpenCensus) say it by the tag `component`. */
export function isProxySpan({ resource, scope, attributes }: Span): boolean {
  return isProxySdk(resource.sdk ?? "") || isProxySdk(resource.webEngine ?? "") || isProxySdk(scope) || attributes.component === "proxy";
}
