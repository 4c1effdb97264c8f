import { expect, it } from "vitest";
import { isProxySpan } from "../../src/spans/proxy-span.ts";
import type { Span } from "../../src/spans/span.ts";
import { request, server } from "../diagnosis/build-view.ts";

const made = (more: Partial<Span>) => ({ ...server(request("client → ingress"), {}), ...more });

it.each([
  ["Envoy, by its SDK", made({ resource: { service: "edge", sdk: "envoy" } }), true],
  ["Envoy with a tracer that knows no resource", made({ attributes: { component: "proxy" } }), true],
  ["nginx, by the scope", made({ scope: "nginx" }), true],
  ["Traefik, by the module that is the scope", made({ scope: "github.com/traefik/traefik" }), true],
  ["Caddy, with the SDK of any Go program", made({ resource: { service: "edge", sdk: "opentelemetry", webEngine: "Caddy" } }), true],
  ["a Go program", made({ scope: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp" }), false],
  ["an application server", made({ resource: { service: "shop", sdk: "opentelemetry", webEngine: "WildFly" } }), false],
  ["a program of an organisation that makes proxies", made({ scope: "github.com/envoyproxy/ratelimit" }), false],
  ["another of them", made({ scope: "github.com/linkerd/linkerd2/web" }), false],
  ["an application of that name", made({ resource: { service: "envoy" } }), false],
] as const)("%s", (_, span, isProxy) => expect(isProxySpan(span)).toBe(isProxy));
