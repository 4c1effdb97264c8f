// Routes stand for what differs between exchanges of one edge: requests to one handler have one route.

import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";

/** `GET /api/orders/*`: the matched span's `http.route`, else the path with what looks like an id replaced. */
export function routeOf(hop: Hop, server: Span | undefined): string {
  const template = server === undefined ? undefined : spanRoute(server);
  const path = template === undefined ? templatePath(hop.path) : template.replace(/(\{[^}]*\}|:[^/]+|<[^>]*>)/g, "*");
  return `${hop.method} ${path}`;
}

const HAS_DIGIT = /\d/;

/** Numbers, UUIDs, hex and long tokens in a path segment become `*`. */
export function templatePath(path: string): string {
  if (!HAS_DIGIT.test(path)) return path;
  // Segment by segment: an expression that looks for a digit behind any text begins anew at every character of a long segment.
  return path
    .split("/")
    .map((segment) => (HAS_DIGIT.test(segment) && isId(segment) ? "*" : segment))
    .join("/");
}

function isId(segment: string): boolean {
  if (/^\d+$/.test(segment) || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(segment)) return true;
  if (/^[0-9a-f]{8,}$/i.test(segment)) return true;
  return segment.length >= 20;
}
