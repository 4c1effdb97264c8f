// A state of the search: which call belongs to which request, how well that fits, and one way to change it. Every move changes at most two requests.

import type { Crossing } from "./crossing.ts";
import { entryOf, type Problem } from "./problem.ts";
import type { Random } from "./random.ts";
import type { TimingModel } from "./timing-model.ts";
import { NOBODY } from "./traffic.ts";

export class Assignment {
  readonly problem: Problem;
  readonly model: TimingModel;
  readonly random: Random;
  readonly crossing: Crossing;
  /** Request of each call, or `NOBODY`. */
  readonly parent: Int32Array;
  /** Calls of each request, ascending; lists are replaced, never changed. */
  readonly calls: (readonly number[])[];
  readonly score: Float64Array;
  /** By endpoint: logarithm of the rate, per µs, at which calls without a captured cause are made. */
  readonly nobodyScore: Float64Array;
  /** Above 1 the search wanders, far below it only climbs. */
  temperature = 1;
  /** Scorings spent. */
  spent = 0;

  constructor(problem: Problem, model: TimingModel, crossing: Crossing, random: Random) {
    this.problem = problem;
    this.model = model;
    this.crossing = crossing;
    this.random = random;
    this.parent = new Int32Array(problem.outStart.length).fill(NOBODY);
    this.calls = Array.from({ length: problem.inStart.length }, () => NONE);
    this.score = new Float64Array(problem.inStart.length);
    this.nobodyScore = new Float64Array(problem.endpoints).fill(-12);
  }

  /** Hands a call to a request without asking how well it fits: for the beginning. */
  place(out: number, parent: number): void {
    this.parent[out] = parent;
    if (parent !== NOBODY) this.calls[parent] = including(this.calls[parent]!, out);
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
  }

  /** What evidence other than time says for this parent; NaN where it is none of the candidates. */
  weightOf(out: number, parent: number): number {
    if (parent === NOBODY) return this.nobodyScore[this.problem.endpoint[out]!]!;
    const entry = entryOf(this.problem, out, parent);
    return entry < 0 ? Number.NaN : this.problem.weight[entry]!;
  }

  /**
   * Proposes that requests `i` and `j` (either may be `NOBODY`) have these calls; `moved` are the ones that change sides. `correction` is added to the
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
    const { problem, model, parent, calls, crossing } = this;
    let gain = correction;
    for (const out of moved) {
      const from = parent[out]!;
      gain += this.weightOf(out, from === i ? j : i) - this.weightOf(out, from);
    }
    if (Number.isNaN(gain)) return false;
    const oldI = i === NOBODY ? NONE : calls[i]!;
    const oldJ = j === NOBODY ? NONE : calls[j]!;
    const scoreI = i === NOBODY ? 0 : model.score(problem, i, callsOfI);
    const scoreJ = j === NOBODY ? 0 : model.score(problem, j, callsOfJ);
    this.spent += callsOfI.length + callsOfJ.length + 2;
    gain += scoreI + scoreJ - (i === NOBODY ? 0 : this.score[i]!) - (j === NOBODY ? 0 : this.score[j]!);
    const before = crossing.isActive ? crossing.costOf(moved, parent, calls) : 0;
    this.#put(i, callsOfI, j, callsOfJ, moved);
    if (crossing.isActive) gain += before - crossing.costOf(moved, parent, calls);
    const ratio = gain / this.temperature;
    if (ratio >= 0 || this.random.next() < Math.exp(ratio)) {
      if (i !== NOBODY) this.score[i] = scoreI;
      if (j !== NOBODY) this.score[j] = scoreJ;
      return true;
    }
    this.#put(i, oldI, j, oldJ, moved);
    return false;
  }

  #put(i: number, callsOfI: readonly number[], j: number, callsOfJ: readonly number[], moved: readonly number[]): void {
    for (const out of moved) this.parent[out] = this.parent[out] === i ? j : i;
    if (i !== NOBODY) this.calls[i] = callsOfI;
    if (j !== NOBODY) this.calls[j] = callsOfJ;
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
