// Routes stand for what differs between exchanges of one edge: requests to one handler have one route.

import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { spansOf, type View } from "./view.ts";

/** `GET /api/orders/*`: the matched span's `http.route`, else the path with what looks like an id replaced. */
export function routeOf(hop: Hop, server: Span | undefined): string {
  const template = server === undefined ? undefined : spanRoute(server);
  const path = template === undefined ? templatePath(hop.path) : template.replace(/(\{[^}]*\}|:[^/]+|<[^>]*>)/g, "*");
  return `${hop.method} ${path}`;
}

/** Routes by hop. A path that comes again, as most do, is looked at once. */
export class RouteNames {
  readonly #view: View;
  readonly #known = new Map<string, Map<string, string>>();
  #size = 0;

  constructor(view: View) {
    this.#view = view;
  }

  of(hop: number): string {
    const { server } = spansOf(this.#view, hop);
    const view = this.#view.table.hop(hop);
    if (server !== undefined) return routeOf(view, server);
    const { path, method } = view;
    const known = this.#known.get(path)?.get(method);
    if (known !== undefined) return known;
    const route = routeOf(view, undefined);
    if (this.#size++ < MAX_REMEMBERED) this.#known.set(path, (this.#known.get(path) ?? new Map()).set(method, route));
    return route;
  }
}

const MAX_REMEMBERED = 16_384;
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
