// Whether a span can be of an exchange: the connection that it names, its method, its path or route.

import type { Hop } from "../hops/hop.ts";
import { isHttpSpan, spanMethod, spanPath, spanPeer, spanRoute, spanRpcPath, spanTarget } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { isLoopback, withoutPort } from "../wire/endpoint.ts";
import { MAX_ROUTE_PATTERNS } from "../wire/limits.ts";
import { remembered } from "../wire/remembered.ts";

export function isPeer(span: Span, hop: Hop): boolean {
  const peer = spanPeer(span);
  return (
    peer !== undefined &&
    hop.clients.some(({ address, port }) => address === peer.address && (peer.port === undefined || peer.port === port))
  );
}

/** It names the very connection, by address and port. */
export function isSameConnection(span: Span, hop: Hop): boolean {
  return spanPeer(span)?.port !== undefined && isPeer(span, hop);
}

/** The span names another connection than this one: perhaps the one on which a proxy that received this went on. */
export function isOtherPeer(span: Span, hop: Hop): boolean {
  const peer = spanPeer(span);
  if (peer === undefined) return false;
  if (isBehindSidecar(span, hop)) return false;
  const { clients } = hop;
  const isSent = clients.some(({ address }) => address === peer.address);
  if (peer.address === hop.receiver.host && !isSent) return true;
  return peer.port === undefined ? !isSent : !clients.some(({ port }) => port === peer.port);
}

/** The exchange came from elsewhere, and the span was begun on loopback: a sidecar handed it on, where captures seldom look. */
export function isBehindSidecar(span: Span, { clients }: Hop): boolean {
  const peer = spanPeer(span);
  return peer !== undefined && isLoopback(peer.address) && !clients.some(({ address }) => isLoopback(address));
}

/** Method and path do not contradict each other, as far as both are known. */
export function isCompatible(span: Span, hop: Hop): boolean {
  if (hop.observed === "headers-unknown") return true;
  const method = spanMethod(span);
  if (method !== undefined && method !== "_OTHER" && method !== hop.method) return false;
  const path = spanPath(span) ?? spanRpcPath(span);
  // Calls of one method are many and alike: where the capture hides fields, time alone tells too little of them.
  if (!isHttpSpan(span) && hop.observed !== "full" && path !== undefined) return false;
  if (path !== undefined) return path === hop.path || hop.observed === "partial";
  const route = spanRoute(span);
  return route === undefined || matchesRoute(route, hop.path);
}

/** All that the questions above and below look at: spans of one shape fit the same exchanges. */
export function shapeOf(span: Span): string {
  const peer = spanPeer(span);
  const where = peer === undefined ? "" : `${peer.address} ${peer.port ?? ""}`;
  return [isHttpSpan(span), spanMethod(span), spanPath(span), spanRpcPath(span), spanRoute(span), where].join("\n");
}

/** A CLIENT span that asked somebody else for something else. */
export function isSentElsewhere(span: Span, hop: Hop): boolean {
  const path = spanPath(span);
  if (path === undefined || hop.path === "" || path === hop.path || isRewritten(span, hop)) return false;
  const target = spanTarget(span);
  const { host } = hop.exchange;
  return target !== undefined && host !== undefined && !isSameName(target, withoutPort(host));
}

/** One may have the domain that the other is searched in. */
function isSameName(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** A proxy took a prefix away, or put one before. */
export function isRewritten(span: Span, hop: Hop): boolean {
  const [path, method] = [spanPath(span), spanMethod(span)];
  if (path === undefined || (method !== undefined && method !== hop.method)) return false;
  return path.length > 1 && hop.path.length > 1 && (hop.path.endsWith(path) || path.endsWith(hop.path));
}

/** `/orders/{id}`, `/orders/:id`, `/orders/<id>`. A route may stand for all below it: Java's context paths, servlet mappings, what a router mounts. */
function matchesRoute(route: string, path: string): boolean {
  return rememberedPattern(route).test(path);
}

/** Whether a route names no more than where everything below it is mounted, and the path goes on behind it. */
export function isMountOf(route: string, path: string): boolean {
  const parts = partsOf(route);
  return !WILDCARD.test(parts.at(-1) ?? "") && parts.length < partsOf(path).length && matchesRoute(route, path);
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

/** What stands for any part of a path. */
const WILDCARD = /^(:|\{|<|\*|\[)/;

const rememberedPattern = remembered(patternOf, MAX_ROUTE_PATTERNS);

function patternOf(route: string): RegExp {
  const pattern = route
    .replace(/\/$/, "")
    .split("/")
    .map((part) => (WILDCARD.test(part) ? "[^/]*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("/");
  return new RegExp(`^${pattern}(/|$)`);
}
