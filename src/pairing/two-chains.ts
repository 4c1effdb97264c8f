// The strongest move: all calls of two overlapping requests are dealt out anew between the two, at their best or at random in proportion to how well each
// deal fits. Exact by dynamic programming as far as a call depends on the newest of its own request only; what the approximation leaves is
// corrected when the deal is proposed.

import type { Assignment } from "./assignment.ts";
import { chainStep, END, NO_CALL } from "./chain-step.ts";
import { logSum } from "./log-sum.ts";
import { WeightedDraw } from "./weighted-draw.ts";

/** Calls of two requests beyond which they are not dealt out anew: the work grows with the square. */
const MAX_DEALT = 48;
const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

export class TwoChains {
  readonly #state: Assignment;
  // By step, side of the newest call, and newest call of the other side plus one: score of the best deal, or the sum over all.
  readonly #best = new Float64Array((MAX_DEALT + 1) * 2 * (MAX_DEALT + 1));
  readonly #from = new Int32Array((MAX_DEALT + 1) * 2 * (MAX_DEALT + 1));
  /** By side, place before and place after: likelihood of a step, NaN before it is needed. */
  readonly #steps = new Float64Array(2 * (MAX_DEALT + 1) * (MAX_DEALT + 2));
  readonly #weights = new Float64Array(2 * MAX_DEALT);
  readonly #side = new Uint8Array(MAX_DEALT);
  readonly #draw = new WeightedDraw();
  #dealt: number[] = [];
  #i = 0;
  #j = 0;

  constructor(state: Assignment) {
    this.#state = state;
  }

  /** Returns whether anything changed. `isSampling`: at random in proportion, else at their best. */
  deal(i: number, j: number, isSampling: boolean): boolean {
    const state = this.#state;
    if (!this.#gather(i, j)) return false;
    const dealt = this.#dealt;
    const n = dealt.length;
    state.spent += n * n;
    this.#fill(n, isSampling);
    const isDealt = isSampling ? this.#sample(n) : this.#trace(n);
    if (!isDealt) return false;
    const moved: number[] = [];
    const [mine, others]: [number[], number[]] = [[], []];
    for (let k = 0; k < n; k++) {
      const out = dealt[k]!;
      (this.#side[k] === 0 ? mine : others).push(out);
      if ((state.parent[out] === i ? 0 : 1) !== this.#side[k]) moved.push(out);
    }
    if (moved.length === 0) return false;
    // Metropolis and Hastings: the chance of proposing this deal against that of proposing the way back.
    const correction = isSampling ? (this.#total(n, false) - this.#total(n, true)) * state.temperature : 0;
    return state.propose(i, mine, j, others, moved, correction);
  }

  /** The calls of both in order; false where none could change sides. */
  #gather(i: number, j: number): boolean {
    const { calls } = this.#state;
    const a = calls[i]!;
    const b = calls[j]!;
    const n = a.length + b.length;
    if (n === 0 || n > MAX_DEALT) return false;
    this.#i = i;
    this.#j = j;
    const dealt = this.#dealt;
    dealt.length = n;
    let isOpen = false;
    for (let k = 0, x = 0, y = 0; k < n; k++) {
      const out = y >= b.length || (x < a.length && a[x]! < b[y]!) ? a[x++]! : b[y++]!;
      dealt[k] = out;
      const mine = this.#state.weightOf(out, i);
      const other = this.#state.weightOf(out, j);
      this.#weights[2 * k] = mine;
      this.#weights[2 * k + 1] = other;
      if (mine !== IMPOSSIBLE && other !== IMPOSSIBLE) isOpen = true;
    }
    return isOpen;
  }

  #fill(n: number, isSampling: boolean): void {
    const width = n + 1;
    this.#best.fill(IMPOSSIBLE, 0, (n + 1) * 2 * width);
    this.#steps.fill(Number.NaN, 0, 2 * (n + 1) * (n + 2));
    this.#put(this.#cell(1, 0, 0, width), this.#step(0, 0, 1, n), -1, isSampling);
    this.#put(this.#cell(1, 1, 0, width), this.#step(1, 0, 1, n), -1, isSampling);
    for (let k = 1; k < n; k++) {
      for (let side = 0; side < 2; side++) {
        for (let other = 0; other < k; other++) {
          const cell = this.#cell(k, side, other, width);
          const score = this.#best[cell]!;
          if (score === IMPOSSIBLE) continue;
          this.#put(this.#cell(k + 1, side, other, width), score + this.#step(side, k, k + 1, n), cell, isSampling);
          this.#put(this.#cell(k + 1, 1 - side, k, width), score + this.#step(1 - side, other, k + 1, n), cell, isSampling);
        }
      }
    }
  }

  #cell(k: number, side: number, other: number, width: number): number {
    return (k * 2 + side) * width + other;
  }

  #put(cell: number, score: number, from: number, isSampling: boolean): void {
    if (score === IMPOSSIBLE) return;
    const known = this.#best[cell]!;
    if (isSampling) this.#best[cell] = known === IMPOSSIBLE ? score : logSum(known, score);
    else if (score > known) {
      this.#best[cell] = score;
      this.#from[cell] = from;
    }
  }

  /** Call at place `to` (n + 1: the request's end) comes next on its side after the one at `before` (0: none). */
  #step(side: number, before: number, to: number, n: number): number {
    const place = (side * (n + 1) + before) * (n + 2) + to;
    const known = this.#steps[place]!;
    if (!Number.isNaN(known)) return known;
    const { problem, model, temperature, ghosts } = this.#state;
    const weight = to > n ? 0 : this.#weights[2 * (to - 1) + side]!;
    const last = before === 0 ? NO_CALL : this.#dealt[before - 1]!;
    const next = to > n ? END : this.#dealt[to - 1]!;
    const row = side === 0 ? this.#i : this.#j;
    let score = weight === IMPOSSIBLE ? IMPOSSIBLE : weight + chainStep(problem, model, row, last, next);
    if (last === NO_CALL && next !== END && ghosts.isGhost(row)) score += ghosts.birth(row);
    this.#steps[place] = score / temperature;
    return score / temperature;
  }

  #trace(n: number): boolean {
    const width = n + 1;
    let best = IMPOSSIBLE;
    let cell = -1;
    for (let side = 0; side < 2; side++) {
      for (let other = 0; other < n; other++) {
        const score = this.#ending(n, side, other, width);
        if (score > best) {
          best = score;
          cell = this.#cell(n, side, other, width);
        }
      }
    }
    if (cell < 0) return false;
    for (; cell >= 0; cell = this.#from[cell]!) {
      const k = Math.floor(cell / (2 * width));
      this.#side[k - 1] = Math.floor((cell % (2 * width)) / width);
    }
    return true;
  }

  #ending(n: number, side: number, other: number, width: number): number {
    const score = this.#best[this.#cell(n, side, other, width)]!;
    return score === IMPOSSIBLE ? score : score + this.#step(side, n, n + 1, n) + this.#step(1 - side, other, n + 1, n);
  }

  /** Backwards through the sums, each step in proportion. */
  #sample(n: number): boolean {
    const width = n + 1;
    const draw = this.#draw.begin(this.#state.random.next());
    for (let side = 0; side < 2; side++)
      for (let other = 0; other < n; other++) draw.offer(this.#ending(n, side, other, width), side * width + other);
    let chosen = draw.take();
    for (let k = n; k >= 1; k--) {
      if (chosen < 0) return false;
      const side = Math.floor(chosen / width);
      const other = chosen % width;
      this.#side[k - 1] = side;
      if (k === 1) break;
      const back = this.#draw.begin(this.#state.random.next());
      if (other < k - 1)
        back.offer(this.#best[this.#cell(k - 1, side, other, width)]! + this.#step(side, k - 1, k, n), side * width + other);
      else {
        // The other side's newest call is the one just before: it was this side's turn anew.
        for (let last = 0; last < k - 1; last++) {
          back.offer(this.#best[this.#cell(k - 1, 1 - side, last, width)]! + this.#step(side, last, k, n), (1 - side) * width + last);
        }
      }
      chosen = back.take();
    }
    return true;
  }

  /** How the approximation scores a deal: the proposed one, or the one that stands. */
  #total(n: number, isProposed: boolean): number {
    let [sum, i, j] = [0, 0, 0];
    for (let k = 1; k <= n; k++) {
      const side = isProposed ? this.#side[k - 1]! : this.#state.parent[this.#dealt[k - 1]!] === this.#i ? 0 : 1;
      if (side === 0) {
        sum += this.#step(0, i, k, n);
        i = k;
      } else {
        sum += this.#step(1, j, k, n);
        j = k;
      }
    }
    return sum + this.#step(0, i, n + 1, n) + this.#step(1, j, n + 1, n);
  }
}
