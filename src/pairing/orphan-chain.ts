// Deals out anew what belongs to one request and what to nobody, among its own calls and the orphans that might be its own. Calls of one cause are
// orphans together: moved one by one they would have to pass through states that fit nothing.

import type { Assignment } from "./assignment.ts";
import { chainStep, END, NO_CALL } from "./chain-step.ts";
import { NOBODY } from "./traffic.ts";
import { WeightedDraw } from "./weighted-draw.ts";

/** Calls that are dealt out at a time; beyond it the request is left to the small moves. */
const MAX_DEALT = 32;

export class OrphanChain {
  readonly #state: Assignment;
  readonly #sums = new Float64Array((MAX_DEALT + 1) * (MAX_DEALT + 1));
  readonly #steps = new Float64Array((MAX_DEALT + 1) * (MAX_DEALT + 2));
  readonly #alone = new Float64Array(MAX_DEALT);
  readonly #isTaken = new Uint8Array(MAX_DEALT);
  readonly #draw = new WeightedDraw();
  #dealt: number[] = [];

  constructor(state: Assignment) {
    this.#state = state;
  }

  /** `waiting`: the open calls that have the request among their candidates, ascending. */
  deal(request: number, waiting: readonly number[]): void {
    const state = this.#state;
    if (!this.#gather(request, waiting)) return;
    const n = this.#dealt.length;
    state.spent += n * n;
    this.#fill(request, n);
    this.#sample(request, n);
    const own = this.#dealt.filter((_, k) => this.#isTaken[k] === 1);
    const moved = this.#dealt.filter((out, k) => (state.parent[out] === request ? 1 : 0) !== this.#isTaken[k]);
    if (moved.length === 0) return;
    const correction = (this.#total(n, request, false) - this.#total(n, request, true)) * state.temperature;
    state.propose(request, own, NOBODY, [], moved, correction);
  }

  #gather(request: number, waiting: readonly number[]): boolean {
    const { parent, calls, problem, temperature } = this.#state;
    const orphans = waiting.filter((out) => parent[out] === NOBODY);
    if (orphans.length === 0 || orphans.length + calls[request]!.length > MAX_DEALT) return false;
    this.#dealt = [...calls[request]!, ...orphans].sort((a, b) => a - b);
    for (const [k, out] of this.#dealt.entries()) {
      const isFixed = problem.isFixed[out] === 1;
      this.#alone[k] = isFixed ? Number.NEGATIVE_INFINITY : this.#state.weightOf(out, NOBODY) / temperature;
    }
    return true;
  }

  #fill(request: number, n: number): void {
    const width = n + 1;
    this.#steps.fill(Number.NaN, 0, width * (n + 2));
    this.#sums.fill(Number.NEGATIVE_INFINITY, 0, (n + 1) * width);
    this.#sums[0] = 0;
    for (let k = 1; k <= n; k++) {
      let taken = Number.NEGATIVE_INFINITY;
      for (let last = 0; last < k; last++) {
        const before = this.#sums[(k - 1) * width + last]!;
        if (before === Number.NEGATIVE_INFINITY) continue;
        taken = logSum(taken, before + this.#step(request, last, k, n));
        this.#sums[k * width + last] = before + this.#alone[k - 1]!;
      }
      this.#sums[k * width + k] = taken;
    }
  }

  /** Place `to` (n + 1: the end) after place `last` (0: the start), with what evidence and the usual number of calls say for it. */
  #step(request: number, last: number, to: number, n: number): number {
    const place = last * (n + 2) + to;
    const known = this.#steps[place]!;
    if (!Number.isNaN(known)) return known;
    const { problem, model, temperature } = this.#state;
    const next = to > n ? END : this.#dealt[to - 1]!;
    let score = chainStep(problem, model, request, last === 0 ? NO_CALL : this.#dealt[last - 1]!, next);
    if (next !== END) score += this.#state.weightOf(next, request) + model.firstCall(problem.inType[request]!, problem.endpoint[next]!);
    this.#steps[place] = score / temperature;
    return score / temperature;
  }

  #sample(request: number, n: number): void {
    const width = n + 1;
    const draw = this.#draw.begin(this.#state.random.next());
    for (let last = 0; last <= n; last++) draw.offer(this.#sums[n * width + last]! + this.#step(request, last, n + 1, n), last);
    let last = draw.take();
    for (let k = n; k >= 1; k--) {
      const isTaken = last === k;
      this.#isTaken[k - 1] = isTaken ? 1 : 0;
      if (!isTaken) continue;
      const back = this.#draw.begin(this.#state.random.next());
      for (let before = 0; before < k; before++)
        back.offer(this.#sums[(k - 1) * width + before]! + this.#steps[before * (n + 2) + k]!, before);
      last = back.take();
    }
  }

  #total(n: number, request: number, isProposed: boolean): number {
    let [sum, last] = [0, 0];
    for (let k = 1; k <= n; k++) {
      const isTaken = isProposed ? this.#isTaken[k - 1] === 1 : this.#state.parent[this.#dealt[k - 1]!] === request;
      if (!isTaken) {
        sum += this.#alone[k - 1]!;
        continue;
      }
      sum += this.#step(request, last, k, n);
      last = k;
    }
    return sum + this.#step(request, last, n + 1, n);
  }
}

function logSum(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  return a < b ? b + Math.log1p(Math.exp(a - b)) : a + Math.log1p(Math.exp(b - a));
}
