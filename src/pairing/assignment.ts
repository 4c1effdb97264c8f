// A state of the search: which call belongs to which request, how well that fits, and one way to change it. Every move changes at most two requests.

import type { Crossing } from "./crossing.ts";
import { Ghosts } from "./ghosts.ts";
import { entryOf, mayBeOrphan, type Problem } from "./problem.ts";
import type { Random } from "./random.ts";
import type { TimingModel } from "./timing-model.ts";
import { NOBODY } from "./traffic.ts";

export class Assignment {
  readonly problem: Problem;
  readonly model: TimingModel;
  readonly random: Random;
  readonly crossing: Crossing;
  readonly ghosts: Ghosts;
  /** Request or ghost of each call; `NOBODY` where a call was not placed, since it has nothing to do with the search. */
  readonly parent: Int32Array;
  /** Calls of each request, ascending; lists are replaced, never changed. */
  readonly calls: (readonly number[])[];
  readonly score: Float64Array;
  /** Above 1 the search wanders, far below it only climbs. */
  temperature = 1;
  /** Scorings spent. */
  spent = 0;
  /** What all changes gained, in nats of the likelihood at the time. */
  gained = 0;

  constructor(problem: Problem, model: TimingModel, crossing: Crossing, random: Random) {
    this.ghosts = new Ghosts(problem);
    this.problem = this.ghosts.problem;
    this.model = model;
    this.crossing = crossing;
    this.random = random;
    this.parent = new Int32Array(problem.outStart.length).fill(NOBODY);
    this.calls = Array.from({ length: this.ghosts.rows }, () => NONE);
    this.score = new Float64Array(this.ghosts.rows);
  }

  /** Hands a call to a request without asking how well it fits: for the beginning. */
  place(out: number, parent: number): void {
    this.parent[out] = parent;
    this.#hold(parent, including(this.calls[parent]!, out));
  }

  /** Learns from how things stand with these requests, each with its weight; then scores them anew. */
  refit(rows: readonly number[], weightOf: (row: number) => number): void {
    const { model, problem, calls } = this;
    model.begin();
    for (const row of rows) {
      const weight = weightOf(row);
      if (weight > 0) model.observe(problem, row, calls[row]!, weight);
    }
    model.fit();
    for (const row of rows) this.score[row] = model.score(problem, row, calls[row]!);
    this.scoreGhosts();
  }

  scoreGhosts(): void {
    if (!this.ghosts.isAny) return;
    for (let row = this.ghosts.first; row < this.score.length; row++) this.score[row] = this.scoreOf(row, this.calls[row]!);
  }

  /** Logarithm of the likelihood of a request or ghost with these calls. */
  scoreOf(row: number, calls: readonly number[]): number {
    if (this.ghosts.isGhost(row)) return this.ghosts.score(this.model, row, calls);
    return this.model.score(this.problem, row, calls);
  }

  /** What evidence other than time says for this parent; minus infinity where it cannot be. */
  weightOf(out: number, parent: number): number {
    if (this.ghosts.isGhost(parent)) return mayBeOrphan(this.problem, out) ? 0 : Number.NEGATIVE_INFINITY;
    const entry = entryOf(this.problem, out, parent);
    return entry < 0 ? Number.NEGATIVE_INFINITY : this.problem.weight[entry]!;
  }

  /**
   * Proposes that requests or ghosts `i` and `j` have these calls; `moved` are the ones that change sides. `correction` is added to the
   * logarithm of the ratio. Returns whether it was taken.
   */
  propose(
    i: number,
    callsOfI: readonly number[],
    j: number,
    callsOfJ: readonly number[],
    moved: readonly number[],
    correction: number,
  ): boolean {
    const { parent, calls, crossing } = this;
    let gain = correction;
    for (const out of moved) {
      const from = parent[out]!;
      gain += this.weightOf(out, from === i ? j : i) - this.weightOf(out, from);
    }
    if (gain === Number.NEGATIVE_INFINITY) return false;
    const oldI = calls[i]!;
    const oldJ = calls[j]!;
    const scoreI = this.scoreOf(i, callsOfI);
    const scoreJ = this.scoreOf(j, callsOfJ);
    this.spent += callsOfI.length + callsOfJ.length + 2;
    gain += scoreI + scoreJ - this.score[i]! - this.score[j]!;
    const before = crossing.isActive ? crossing.costOf(moved, parent, calls) : 0;
    this.#put(i, callsOfI, j, callsOfJ, moved);
    if (crossing.isActive) gain += before - crossing.costOf(moved, parent, calls);
    const ratio = gain / this.temperature;
    if (ratio >= 0 || this.random.next() < Math.exp(ratio)) {
      this.score[i] = scoreI;
      this.score[j] = scoreJ;
      this.gained += gain - correction;
      return true;
    }
    this.#put(i, oldI, j, oldJ, moved);
    return false;
  }

  /** Deals the calls of these requests and ghosts out anew among them where that fits better than what stands. */
  redeal(rows: readonly number[], dealt: readonly (readonly number[])[]): void {
    const { parent, calls, crossing } = this;
    const before = rows.map((row) => calls[row]!);
    const scores = rows.map((row, k) => this.scoreOf(row, dealt[k]!));
    const moved: number[] = [];
    let gain = 0;
    for (const [k, row] of rows.entries()) {
      gain += scores[k]! - this.score[row]!;
      for (const out of dealt[k]!) {
        if (parent[out] === row) continue;
        moved.push(out);
        gain += this.weightOf(out, row) - this.weightOf(out, parent[out]!);
      }
    }
    if (crossing.isActive) gain += crossing.costOf(moved, parent, calls);
    this.#holdAll(rows, dealt);
    if (crossing.isActive) gain -= crossing.costOf(moved, parent, calls);
    if (gain > 0) {
      for (const [k, row] of rows.entries()) this.score[row] = scores[k]!;
      this.gained += gain;
    } else this.#holdAll(rows, before);
  }

  #holdAll(rows: readonly number[], dealt: readonly (readonly number[])[]): void {
    for (const [k, row] of rows.entries()) {
      for (const out of dealt[k]!) this.parent[out] = row;
      this.#hold(row, dealt[k]!);
    }
  }

  #put(i: number, callsOfI: readonly number[], j: number, callsOfJ: readonly number[], moved: readonly number[]): void {
    for (const out of moved) this.parent[out] = this.parent[out] === i ? j : i;
    this.#hold(i, callsOfI);
    this.#hold(j, callsOfJ);
  }

  #hold(row: number, calls: readonly number[]): void {
    const before = this.calls[row]!.length;
    this.calls[row] = calls;
    if (this.ghosts.isGhost(row) && (before === 0) !== (calls.length === 0)) this.ghosts.update(row, calls.length === 0);
  }
}

const NONE: readonly number[] = [];

/** The calls with one more, in its place. */
export function including(calls: readonly number[], out: number): readonly number[] {
  const all: number[] = [];
  let isIn = false;
  for (const call of calls) {
    if (!isIn && call > out) {
      all.push(out);
      isIn = true;
    }
    all.push(call);
  }
  if (!isIn) all.push(out);
  return all;
}

/** The calls without one. */
export function excluding(calls: readonly number[], out: number): readonly number[] {
  const others: number[] = [];
  for (const call of calls) if (call !== out) others.push(call);
  return others;
}
