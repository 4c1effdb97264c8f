// Routes stand for what differs between exchanges of one edge: requests to one handler have one route.

import { isMountOf } from "../diff/span-fits.ts";
import type { Hop } from "../hops/hop.ts";
import { PathFold, templatePath } from "../hops/path-shape.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { Interned } from "../wire/columns.ts";
import { fnv1aStep } from "../wire/fnv1a.ts";
import { MAX_ROUTE_NAMES } from "../wire/limits.ts";
import { PairTable } from "../wire/pair-table.ts";
import { type Facts, spansOf } from "./view.ts";

/**
 * `GET /api/orders/*`: the matched span's `http.route`, else the path with what looks like an id replaced. So too where the route is a mere mount (Java's
 * `/stock/` of `/stock/17`): exchanges without a span are told by their paths, and have to be told as those with one.
 */
export function routeOf(hop: Hop, server: Span | undefined): string {
  const template = server === undefined ? undefined : spanRoute(server);
  const path = template?.replace(/(\{[^}]*\}|:[^/]+|<[^>]*>)/g, "*");
  const isTold = template !== undefined && path !== undefined && !CATCH_ALL.test(path) && !isMountOf(template, hop.path);
  return `${hop.method} ${isTold ? path : templatePath(hop.path)}`;
}

/** Where one handler serves everything (Java's HttpServer, a router's fallback), its route tells nothing apart. */
const CATCH_ALL = /^\/?(\**|\(\.\*\))$/;

/** Routes beyond the first that are told apart. */
export const OTHER_ROUTES = "other";

/** Routes by hop, as small numbers with a name each: told by a hash of 64 bits of what the path is folded to. */
export class RouteNames {
  readonly #facts: Facts;
  /** By the two halves of the hash of the folded path, the method in the first: the number of the route. */
  readonly #known = new PairTable();
  readonly #routes = new Interned<string>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  of(hop: number): string {
    return this.name(this.numberOf(hop));
  }

  name(route: number): string {
    return this.#routes.values[route]!;
  }

  numberOf(hop: number): number {
    const { server } = spansOf(this.#facts, hop);
    const { table } = this.#facts;
    const { row, exchanges } = table;
    const own = row[hop]!;
    if (server !== undefined || !exchanges.hasRequest(own)) return this.#number(routeOf(table.hop(hop), server));
    fold.read(exchanges.path[own]!);
    const first = fnv1aStep(fold.first, exchanges.method[own]!);
    const known = this.#known.get(first, fold.second);
    if (known >= 0) return known;
    const route = this.#number(routeOf(table.hop(hop), undefined));
    if (this.#isRoomy()) this.#known.set(first, fold.second, route);
    return route;
  }

  #number(route: string): number {
    return this.#routes.find(route) ?? this.#routes.number(this.#isRoomy() ? route : OTHER_ROUTES);
  }

  #isRoomy(): boolean {
    return this.#routes.values.length < MAX_ROUTE_NAMES;
  }
}

const fold = new PathFold();
