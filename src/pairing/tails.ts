// The widest move: all that the requests and ghosts of a moment call from then on is dealt out anew among them, each tail whole. At its best for that
// moment (a linear assignment), where moves between two rows cannot untie three that have each other's calls in a ring.

import type { Assignment } from "./assignment.ts";
import { LinearAssignment } from "./linear-assignment.ts";

/** Rows of one moment beyond which it is left as it is. */
const MAX_ROWS = 24;
/** Calls around a moment among whose causes ghosts are looked for. */
const AROUND = 48;
/** In place of an endless cost. */
const FORBIDDEN = 1e6;
const LEAST_GAIN = 1e-6;

export class Tails {
  readonly #state: Assignment;
  /** 1 for requests some of whose calls are open. */
  readonly #isActive: Uint8Array;
  readonly #solver = new LinearAssignment(MAX_ROWS + 1);
  readonly #cost = new Float64Array((MAX_ROWS + 1) ** 2);
  readonly #tailOf = new Int32Array(MAX_ROWS + 1);

  constructor(state: Assignment, isActive: Uint8Array) {
    this.#state = state;
    this.#isActive = isActive;
  }

  /** One moment in `stride`, just before a call each, from the call at place `offset` on. */
  sweep(stride: number, offset: number): void {
    const { problem, ghosts, parent, random } = this.#state;
    let open: number[] = [];
    for (let next = 0, out = offset; out < problem.outStart.length; out += stride) {
      const now = problem.outStart[out]!;
      for (; next < ghosts.first && problem.inStart[next]! <= now; next++) if (this.#isActive[next] === 1) open.push(next);
      open = open.filter((row) => problem.inEnd[row]! + problem.slack >= now);
      if (open.length > MAX_ROWS) continue;
      const rows = [...open, ...ghosts.among(parent, out - AROUND, out + AROUND + 1)];
      if (rows.length > 1 && rows.length <= MAX_ROWS) this.#deal([...rows, ghosts.takeEmpty(random)], out);
    }
  }

  #deal(rows: readonly number[], from: number): void {
    const { calls } = this.#state;
    const heads = rows.map((row) => calls[row]!.filter((out) => out < from));
    const tails = rows.map((row) => calls[row]!.filter((out) => out >= from));
    if (tails.every((tail) => tail.length === 0)) return;
    const n = rows.length;
    const [cost, tailOf] = [this.#cost, this.#tailOf];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) cost[i * n + j] = i === j ? this.#stay(rows[i]!, tails[i]!) : this.#move(rows[i]!, heads[i]!, tails[j]!);
    this.#solver.solve(cost, n, tailOf);
    let gain = 0;
    for (let i = 0; i < n; i++) gain += cost[i * n + i]! - cost[i * n + tailOf[i]!]!;
    if (gain < LEAST_GAIN) return;
    const changed = rows.map((_, i) => i).filter((i) => tailOf[i] !== i);
    this.#state.redeal(
      changed.map((i) => rows[i]!),
      changed.map((i) => [...heads[i]!, ...tails[tailOf[i]!]!]),
    );
  }

  #stay(row: number, tail: readonly number[]): number {
    return -this.#state.score[row]! - this.#weight(row, tail);
  }

  #move(row: number, head: readonly number[], tail: readonly number[]): number {
    const weight = this.#weight(row, tail);
    if (weight === Number.NEGATIVE_INFINITY) return FORBIDDEN;
    this.#state.spent += head.length + tail.length + 2;
    return -weight - this.#state.scoreOf(row, [...head, ...tail]);
  }

  #weight(row: number, tail: readonly number[]): number {
    let sum = 0;
    for (const out of tail) {
      sum += this.#state.weightOf(out, row);
      if (sum === Number.NEGATIVE_INFINITY) return sum;
    }
    return sum;
  }
}
