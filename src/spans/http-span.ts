// What a span says about its HTTP request, in the old and the new semantic conventions of OpenTelemetry.

import type { Endpoint } from "../wire/endpoint.ts";
import type { Span } from "./span.ts";

export interface PeerEndpoint {
  readonly address: string;
  readonly port: number | undefined;
}

export function spanMethod(span: Span): string | undefined {
  return text(span, "http.request.method") ?? text(span, "http.method");
}

/** The path without a query; from a whole URL where that is all there is. */
export function spanPath(span: Span): string | undefined {
  const path = text(span, "url.path") ?? text(span, "http.target");
  if (path !== undefined) return cutQuery(path);
  const url = text(span, "url.full") ?? text(span, "http.url");
  if (url === undefined) return undefined;
  const authority = url.indexOf("://");
  const slash = authority < 0 ? 0 : url.indexOf("/", authority + 3);
  return slash < 0 ? "/" : cutQuery(url.slice(slash));
}

/** The status that was answered. */
export function spanStatus(span: Span): number | undefined {
  const status = Number(span.attributes["http.response.status_code"] ?? span.attributes["http.status_code"]);
  return Number.isInteger(status) ? status : undefined;
}

/**
 * The path of a gRPC call, `/shop.Pricing/GetPrice`: `rpc.method` is the whole name today, and was the last part beside `rpc.service` before.
 */
export function spanRpcPath(span: Span): string | undefined {
  const method = text(span, "rpc.method");
  if (method === undefined) return undefined;
  const service = text(span, "rpc.service");
  const name = method.includes("/") || service === undefined ? method : `${service}/${method}`;
  return name.includes("/") ? `/${name.replace(/^\//, "")}` : undefined;
}

/** The route template, `/orders/{id}`, whatever the framework's spelling. */
export function spanRoute(span: Span): string | undefined {
  const route = text(span, "http.route");
  return route === undefined ? undefined : plainRoute(route);
}

/** Django's regular expressions as paths, `^stock/(?P<id>[^/]+)$` → `/stock/*`, and ASP.NET's routes with the slash that they lack. */
function plainRoute(template: string): string {
  const isPattern = /^\^|\(\?P</.test(template);
  const path = isPattern ? template.replace(/\(\?P<\w+>(?:[^()]|\([^()]*\))*\)/g, "*").replace(/^\^|\\Z$|\$$/g, "") : template;
  return path.startsWith("/") || path.startsWith("*") ? path : `/${path}`;
}

/**
 * Who sent it: the other end of the connection. `server.address` is not read here: otelgrpc puts the peer's ephemeral port there. `client.address` is not
 * either: behind a proxy it comes from X-Forwarded-For (see `spanConnection`).
 */
export function spanPeer(span: Span): PeerEndpoint | undefined {
  const address =
    text(span, "network.peer.address") ?? text(span, "net.sock.peer.addr") ?? text(span, "net.peer.ip") ?? text(span, "peer.address");
  if (address === undefined) return undefined;
  return { address: plainAddress(address), port: peerPort(span) };
}

/**
 * The connection that a SERVER span may be of: its peer's, else that of the client's address and port, which Python's instrumentations write of the socket.
 * Behind a proxy these are of somebody else: where they fit a connection it is that one, and where they fit none they say nothing.
 */
export function spanConnection(span: Span): Endpoint | undefined {
  const address = spanPeer(span)?.address ?? text(span, "client.address");
  const port = peerPort(span) ?? portNumber(span.attributes["client.port"]);
  return address === undefined || port === undefined ? undefined : { address: plainAddress(address), port };
}

function peerPort({ attributes }: Span): number | undefined {
  return portNumber(attributes["network.peer.port"] ?? attributes["net.sock.peer.port"] ?? attributes["net.peer.port"]);
}

/** IPv4 in IPv6 (RFC 4291 §2.5.5.2) as IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, "");
}

function portNumber(port: unknown): number | undefined {
  const number = Number(port);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** The host that a CLIENT span was sent to: `server.address`, else the host of its URL. */
export function spanTarget(span: Span): string | undefined {
  const address = text(span, "server.address");
  if (address !== undefined) return address;
  const url = text(span, "url.full") ?? text(span, "http.url");
  return url === undefined ? text(span, "net.peer.name") : /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1];
}

/** Whether a CLIENT span is of a database's client, which may speak HTTP (Elasticsearch, ClickHouse, CouchDB). */
export function isDatabaseSpan(span: Span): boolean {
  return text(span, "db.system.name") !== undefined || text(span, "db.system") !== undefined;
}

/** Whether a CLIENT span is about HTTP: others (DNS look-ups, databases) are no hops. */
export function isHttpSpan(span: Span): boolean {
  return spanMethod(span) !== undefined || text(span, "url.full") !== undefined || text(span, "http.url") !== undefined;
}

function text(span: Span, name: string): string | undefined {
  const value = span.attributes[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function cutQuery(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
