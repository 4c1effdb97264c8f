// In which order a request's calls follow one another: what a call tells of the next, given the two before it. Only what the order adds to how often
// each endpoint is called at all is counted: where calls go out side by side in any order it says nothing.

import type { Problem } from "./problem.ts";

/** Observations that the guess from less context weighs as much as. */
const BACKOFF = 3;
const ALPHA = 0.3;

export class CallOrder {
  /** Endpoints, then "nothing": before the first call and after the last. */
  readonly #kinds: number;
  readonly #nothing: number;
  // Counts of what came: by type; by type and the kind before; by type and the two before (keys are too many for an array).
  readonly #ones: Float64Array;
  readonly #oneTotals: Float64Array;
  readonly #twos: Float64Array;
  readonly #twoTotals: Float64Array;
  readonly #threes = new Map<number, number>();
  readonly #threeTotals = new Map<number, number>();
  /** What was asked since `fit`. */
  readonly #known = new Map<number, number>();

  constructor(types: number, endpoints: number) {
    this.#kinds = endpoints + 1;
    this.#nothing = endpoints;
    this.#ones = new Float64Array(types * this.#kinds);
    this.#oneTotals = new Float64Array(types);
    this.#twos = new Float64Array(types * this.#kinds * this.#kinds);
    this.#twoTotals = new Float64Array(types * this.#kinds);
  }

  clear(): void {
    for (const counts of [this.#ones, this.#oneTotals, this.#twos, this.#twoTotals]) counts.fill(0);
    this.#threes.clear();
    this.#threeTotals.clear();
    this.#known.clear();
  }

  addAll(other: CallOrder, weight: number): void {
    addTo(this.#ones, other.#ones, weight);
    addTo(this.#oneTotals, other.#oneTotals, weight);
    addTo(this.#twos, other.#twos, weight);
    addTo(this.#twoTotals, other.#twoTotals, weight);
    for (const [key, count] of other.#threes) this.#threes.set(key, (this.#threes.get(key) ?? 0) + count * weight);
    for (const [key, count] of other.#threeTotals) this.#threeTotals.set(key, (this.#threeTotals.get(key) ?? 0) + count * weight);
  }

  observe({ inType, endpoint }: Problem, row: number, calls: readonly number[], weight: number): void {
    if (calls.length === 0) return;
    const type = inType[row]!;
    let [before, last] = [this.#nothing, this.#nothing];
    for (let k = 0; k <= calls.length; k++) {
      const next = k < calls.length ? endpoint[calls[k]!]! : this.#nothing;
      this.#ones[type * this.#kinds + next]! += weight;
      this.#oneTotals[type]! += weight;
      const pair = type * this.#kinds + last;
      this.#twos[pair * this.#kinds + next]! += weight;
      this.#twoTotals[pair]! += weight;
      const context = (type * this.#kinds + before) * this.#kinds + last;
      const key = context * this.#kinds + next;
      this.#threes.set(key, (this.#threes.get(key) ?? 0) + weight);
      this.#threeTotals.set(context, (this.#threeTotals.get(context) ?? 0) + weight);
      before = last;
      last = next;
    }
  }

  /** To be called when counts have changed. */
  fit(): void {
    this.#known.clear();
  }

  /** Logarithm of how much likelier this order makes the calls than any order would. */
  score({ inType, endpoint }: Problem, row: number, calls: readonly number[]): number {
    if (calls.length === 0) return 0;
    const type = inType[row]!;
    let sum = 0;
    let [before, last] = [this.#nothing, this.#nothing];
    for (let k = 0; k <= calls.length; k++) {
      const next = k < calls.length ? endpoint[calls[k]!]! : this.#nothing;
      sum += this.#tells(type, before, last, next);
      before = last;
      last = next;
    }
    return sum;
  }

  #tells(type: number, before: number, last: number, next: number): number {
    const pair = type * this.#kinds + last;
    const context = (type * this.#kinds + before) * this.#kinds + last;
    const key = context * this.#kinds + next;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const one = (this.#ones[type * this.#kinds + next]! + ALPHA) / (this.#oneTotals[type]! + (ALPHA * this.#kinds) / 2);
    const two = (this.#twos[pair * this.#kinds + next]! + BACKOFF * one) / (this.#twoTotals[pair]! + BACKOFF);
    const three = ((this.#threes.get(key) ?? 0) + BACKOFF * two) / ((this.#threeTotals.get(context) ?? 0) + BACKOFF);
    const tells = Math.log(three / one);
    this.#known.set(key, tells);
    return tells;
  }
}

function addTo(into: Float64Array, from: Float64Array, weight: number): void {
  for (let k = 0; k < into.length; k++) into[k]! += from[k]! * weight;
}
