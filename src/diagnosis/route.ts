// Routes stand for what differs between exchanges of one edge: requests to one handler have one route.

import type { Hop } from "../hops/hop.ts";
import { spanRoute } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { PairTable } from "../wire/pair-table.ts";
import { spansOf, type View } from "./view.ts";

/** `GET /api/orders/*`: the matched span's `http.route`, else the path with what looks like an id replaced. */
export function routeOf(hop: Hop, server: Span | undefined): string {
  const template = server === undefined ? undefined : spanRoute(server);
  const path = template === undefined ? templatePath(hop.path) : template.replace(/(\{[^}]*\}|:[^/]+|<[^>]*>)/g, "*");
  return `${hop.method} ${path}`;
}

/** Routes by hop. A target that comes again is told by its hash, and looked at once. */
export class RouteNames {
  readonly #view: View;
  /** By hash of the target and number of the method: the place in the two lists. */
  readonly #known = new PairTable();
  readonly #rows: number[] = [];
  readonly #routes: string[] = [];
  /** One string for all that have a route. */
  readonly #names = new Map<string, string>();

  constructor(view: View) {
    this.#view = view;
  }

  of(hop: number): string {
    const { server } = spansOf(this.#view, hop);
    const { table } = this.#view;
    const { row, exchanges } = table;
    const own = row[hop]!;
    if (server !== undefined || !exchanges.hasRequest(own)) return routeOf(table.hop(hop), server);
    const known = this.#known.get(exchanges.targetHash[own]!, exchanges.method[own]!);
    if (known >= 0 && exchanges.path[this.#rows[known]!] === exchanges.path[own]) return this.#routes[known]!;
    const route = this.#shared(routeOf(table.hop(hop), undefined));
    if (known < 0 && this.#rows.length < MAX_REMEMBERED) {
      this.#known.set(exchanges.targetHash[own]!, exchanges.method[own]!, this.#rows.push(own) - 1);
      this.#routes.push(route);
    }
    return route;
  }

  #shared(route: string): string {
    const known = this.#names.get(route);
    if (known === undefined && this.#names.size < MAX_REMEMBERED) this.#names.set(route, route);
    return known ?? route;
  }
}

const MAX_REMEMBERED = 65_536;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const LONG_TOKEN = 20;
const SHORTEST_HEX = 8;
const UUID_BEGIN = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Numbers, UUIDs, hex and long tokens in a path segment become `*`. One pass: paths are long where somebody attacks. */
export function templatePath(path: string): string {
  let template = "";
  let copied = 0;
  let start = 0;
  let digits = 0;
  let hexLetters = 0;
  for (let at = 0; at <= path.length; at++) {
    const code = at < path.length ? path.charCodeAt(at) : SLASH;
    if (code !== SLASH) {
      if (code >= ZERO && code <= NINE) digits++;
      else if (isHexLetter(code)) hexLetters++;
      continue;
    }
    const length = at - start;
    if (digits > 0 && isId(path, start, length, digits, hexLetters)) {
      template += `${path.slice(copied, start)}*`;
      copied = at;
    }
    start = at + 1;
    digits = 0;
    hexLetters = 0;
  }
  return copied === 0 ? path : template + path.slice(copied);
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
