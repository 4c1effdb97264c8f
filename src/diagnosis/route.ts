// Routes stand for what differs between exchanges of one edge: requests to one handler have one route.

import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { Interned } from "../wire/columns.ts";
import { FNV_OFFSET, fnv1aStep } from "../wire/fnv1a.ts";
import { PairTable } from "../wire/pair-table.ts";
import { spansOf, type View } from "./view.ts";

/** `GET /api/orders/*`: the matched span's `http.route`, else the path with what looks like an id replaced. */
export function routeOf(hop: Hop, server: Span | undefined): string {
  const template = server === undefined ? undefined : spanRoute(server);
  const path = template === undefined ? templatePath(hop.path) : template.replace(/(\{[^}]*\}|:[^/]+|<[^>]*>)/g, "*");
  return `${hop.method} ${path}`;
}

/** Routes beyond the first that are told apart. */
export const OTHER_ROUTES = "other";

/** Routes by hop, as small numbers with a name each: told by a hash of 64 bits of what the path is folded to. */
export class RouteNames {
  readonly #view: View;
  /** By the two halves of the hash of the folded path, the method in the first: the number of the route. */
  readonly #known = new PairTable();
  readonly #routes = new Interned<string>();

  constructor(view: View) {
    this.#view = view;
  }

  of(hop: number): string {
    return this.name(this.numberOf(hop));
  }

  name(route: number): string {
    return this.#routes.values[route]!;
  }

  numberOf(hop: number): number {
    const { server } = spansOf(this.#view, hop);
    const { table } = this.#view;
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
    return this.#routes.number(this.#isRoomy() ? route : OTHER_ROUTES);
  }

  #isRoomy(): boolean {
    return this.#routes.values.length < MAX_REMEMBERED;
  }
}

const MAX_REMEMBERED = 65_536;
const SLASH = 47;
const STAR = 42;
const ZERO = 48;
const NINE = 57;
const LONG_TOKEN = 20;
const SHORTEST_HEX = 8;
const UUID_BEGIN = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Numbers, UUIDs, hex and long tokens in a path segment become `*`. */
export function templatePath(path: string): string {
  fold.read(path);
  let template = "";
  let copied = 0;
  for (let i = 0; i < fold.ids.length; i += 2) {
    template += `${path.slice(copied, fold.ids[i])}*`;
    copied = fold.ids[i + 1]!;
  }
  return copied === 0 ? path : template + path.slice(copied);
}

/** Finds what looks like an id in a path, in one pass: paths are many, and long where somebody attacks. */
class PathFold {
  /** Two hashes of the path with its ids as `*`. */
  first = 0;
  second = 0;
  /** Where each id begins and ends. */
  ids: number[] = [];

  read(path: string): void {
    if (this.ids.length > 0) this.ids = [];
    let first = FNV_OFFSET;
    let second = 0;
    let firstBefore = first;
    let secondBefore = second;
    let start = 0;
    let digits = 0;
    let hexLetters = 0;
    for (let at = 0; at <= path.length; at++) {
      const code = at < path.length ? path.charCodeAt(at) : SLASH;
      if (code !== SLASH) {
        if (code >= ZERO && code <= NINE) digits++;
        else if (isHexLetter(code)) hexLetters++;
      } else {
        if (digits > 0 && isId(path, start, at - start, digits, hexLetters)) {
          this.ids.push(start, at);
          first = fnv1aStep(firstBefore, STAR);
          second = otherStep(secondBefore, STAR);
        }
        start = at + 1;
        digits = 0;
        hexLetters = 0;
      }
      first = fnv1aStep(first, code);
      second = otherStep(second, code);
      if (code !== SLASH) continue;
      firstBefore = first;
      secondBefore = second;
    }
    this.first = first;
    this.second = second;
  }
}

const fold = new PathFold();

function otherStep(hash: number, code: number): number {
  return ((Math.imul(hash, 0x9e3779b1) ^ (hash >>> 15)) + code) | 0;
}

/** A segment that holds digits. */
function isId(path: string, start: number, length: number, digits: number, hexLetters: number): boolean {
  if (digits === length || length >= LONG_TOKEN) return true;
  if (digits + hexLetters === length) return length >= SHORTEST_HEX;
  return path[start + SHORTEST_HEX] === "-" && UUID_BEGIN.test(path.slice(start, start + length));
}

function isHexLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102;
}
