// Exchanges that no span is known of yet, found by their path and by when they began: a span is only ever that of one of its own time.

import type { Hop } from "../hops/hop.ts";
import { firstPast } from "../wire/bisect.ts";
import { groupBy } from "../wire/group-by.ts";
import { SECOND } from "../wire/timestamp.ts";

export class OpenExchanges {
  readonly #all: readonly Hop[];
  readonly #byPath: ReadonlyMap<string, readonly Hop[]>;
  /** Of any of them, µs: one whose end was not seen is taken to last a second. */
  readonly longest: number;

  /** `hops` in the order of their starts. */
  constructor(hops: readonly Hop[]) {
    this.#all = hops;
    this.#byPath = groupBy(hops, ({ path }) => path);
    this.longest = hops.reduce((most, { startedAt, endedAt = startedAt }) => Math.max(most, endedAt - startedAt), SECOND);
  }

  /** Those under way at one of these moments, give or take `slack` µs, and those that may have been; of all paths where none is told. */
  openAround(path: string | undefined, moments: readonly number[], slack: number): readonly Hop[] {
    return this.#within(
      path,
      moments.map((at) => [at - slack - this.longest, at + slack]),
    );
  }

  /** Those that began in `length` µs from one of these moments on, give or take `slack`. */
  begunAround(path: string | undefined, moments: readonly number[], slack: number, length: number): readonly Hop[] {
    return this.#within(
      path,
      moments.map((at) => [at - slack, at + length + slack]),
    );
  }

  /** Those that began in one of these whiles, both ends included, each once. */
  #within(path: string | undefined, whiles: readonly (readonly [from: number, to: number])[]): readonly Hop[] {
    const hops = path === undefined ? this.#all : (this.#byPath.get(path) ?? []);
    const found = whiles.map(([from, to]) => hops.slice(firstFrom(hops, from), firstFrom(hops, to + 1)));
    return found.length === 1 ? found[0]! : [...new Set(found.flat())].sort((a, b) => a.index - b.index);
  }
}

/** Index of the first that began at this moment or later. */
function firstFrom(hops: readonly Hop[], moment: number): number {
  return firstPast(hops.length, (index) => hops[index]!.startedAt >= moment);
}
