// Services that no sure match places on a machine, whose CLIENT spans fit what some machine sent by time and name. Another service may have asked for the
// same at that time: the machine is theirs only where nearly all that it sent of the kind is found among their spans.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { count } from "../wire/count.ts";

/** Part of a machine's calls of a kind that must be explained by the spans of one service. */
const EXPLAINED = 0.8;

export class Strangers {
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>;
  /** By machine and path: calls that may have a CLIENT span, and by service how many are found to have one. */
  readonly #calls = new Map<string, number>();
  readonly #found = new Map<string, number>();

  /** `known`: machines by service. `open`: what CLIENT spans are sought for. */
  constructor(taken: ReadonlyMap<Hop, Span>, known: ReadonlyMap<string, ReadonlySet<string>>, open: readonly Hop[]) {
    this.#known = known;
    for (const hop of open) count(this.#calls, kindOf(hop));
    for (const [hop, { resource }] of taken) count(this.#found, `${kindOf(hop)} ${resource.service}`);
  }

  includes(hop: Hop, { resource: { service } }: Span): boolean {
    if (this.#known.has(service)) return false;
    const kind = kindOf(hop);
    return (this.#found.get(`${kind} ${service}`) ?? 0) < EXPLAINED * (this.#calls.get(kind) ?? 0);
  }
}

function kindOf({ clientHost, method, path }: Hop): string {
  return `${clientHost} ${method} ${path}`;
}
