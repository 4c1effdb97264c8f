// Moves between requests and ghosts, and between ghosts: the calls of both are dealt out anew, as between two requests.

import type { Assignment } from "./assignment.ts";
import type { TwoChains } from "./two-chains.ts";
import { WeightedDraw } from "./weighted-draw.ts";

/** Ghosts that are tried for each request where the best is sought. */
const MAX_TRIED = 8;
/** Calls among whose causes ghosts are looked for, from a place that is drawn where a request has more. */
const MAX_LOOKED = 512;
/** Calls around a ghost's own among whose causes others are looked for that it may be one with. */
const AROUND = 64;

export class GhostMoves {
  readonly #state: Assignment;
  readonly #chains: TwoChains;
  readonly #draw = new WeightedDraw();

  constructor(state: Assignment, chains: TwoChains) {
    this.#state = state;
    this.#chains = chains;
  }

  /**
   * `isSampling`: one ghost, drawn, for each; else all that are near, and an empty one. Ghosts of which nothing but settled calls is known are climbed to
   * in the first rounds and then left (`isWhole`).
   */
  sweep(requests: readonly number[], isSampling: boolean, isWhole: boolean): void {
    const { ghosts, calls, problem } = this.#state;
    for (const row of requests) this.#deal(row, isSampling);
    for (let row = ghosts.first; row < ghosts.rows; row++) {
      if (calls[row]!.length === 0 || (!isWhole && calls[row]!.every((out) => problem.isFixed[out] === 1))) continue;
      this.#deal(row, isSampling);
      if (calls[row]!.length > 0) this.#drawType(row);
    }
  }

  #deal(row: number, isSampling: boolean): void {
    const { ghosts, parent, calls, random } = this.#state;
    const own = calls[row]!;
    const [from, to] = this.#rangeOf(row, own);
    const near = ghosts.among(parent, from, to).filter((other) => other !== row);
    if (isSampling) {
      const place = random.below(near.length + 1);
      const other = place < near.length ? near[place]! : ghosts.takeEmpty(random);
      this.#chains.deal(row, other, true);
      return;
    }
    for (const other of near.slice(0, MAX_TRIED)) if (calls[other]!.length > 0) this.#chains.deal(row, other, false);
    this.#chains.deal(row, ghosts.takeEmpty(random), false);
  }

  /** The calls that lie within a request, or around those of a ghost. */
  #rangeOf(row: number, own: readonly number[]): [number, number] {
    const { ghosts, problem, random } = this.#state;
    const isGhost = ghosts.isGhost(row);
    const from = isGhost ? own[0]! - AROUND : lowerBound(problem.outStart, problem.inStart[row]!);
    const to = isGhost ? own.at(-1)! + AROUND : lowerBound(problem.outStart, problem.inEnd[row]! + problem.slack);
    const begin = from + random.below(Math.max(1, to - from - MAX_LOOKED));
    return [begin, Math.min(to, begin + MAX_LOOKED)];
  }

  /** Of which type a ghost is, in proportion to how well its calls fit. */
  #drawType(row: number): void {
    const { problem, calls, random, temperature } = this.#state;
    if (problem.types === 1) return;
    const draw = this.#draw.begin(random.next());
    for (let type = 0; type < problem.types; type++) {
      problem.inType[row] = type;
      draw.offer(this.#state.scoreOf(row, calls[row]!) / temperature, type);
    }
    problem.inType[row] = draw.take();
    this.#state.score[row] = this.#state.scoreOf(row, calls[row]!);
  }
}

function lowerBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
