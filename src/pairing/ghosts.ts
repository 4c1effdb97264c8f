// Requests that were not captured. What such a request called was called as for any other of its type, but when it began and ended is not known: a
// ghost is a row behind those of the requests, without a start and without an end. Calls without a captured cause belong to one.

import { float64Column, int32Column, uint8Column } from "../wire/columns.ts";
import { logSum } from "./log-sum.ts";
import type { Problem } from "./problem.ts";
import type { Random } from "./random.ts";
import type { TimingModel } from "./timing-model.ts";

/** Calls before and after a call among whose causes a ghost is looked for. */
const REACH = 64;
/** Ghosts that are found at a time. */
const MAX_FOUND = 16;

export class Ghosts {
  /** The problem with a row for each ghost that there may be. */
  readonly problem: Problem;
  /** Row of the first ghost. */
  readonly first: number;
  /** Requests and ghosts. */
  readonly rows: number;
  readonly #empty: number[] = [];
  /** Logarithm of the rate per µs: of ghosts by type, and of calls that nothing else goes with by endpoint. */
  readonly #rate: Float64Array;
  readonly #single: Float64Array;

  constructor(problem: Problem) {
    const requests = problem.inStart.length;
    // Each has a call, and one more is empty.
    this.rows = requests + problem.outStart.length + 1;
    this.first = requests;
    this.problem = {
      ...problem,
      inStart: float64Column(this.rows, (row) => problem.inStart[row] ?? Number.NEGATIVE_INFINITY),
      inEnd: float64Column(this.rows, (row) => problem.inEnd[row] ?? Number.POSITIVE_INFINITY),
      isOpenEnded: uint8Column(this.rows, (row) => problem.isOpenEnded[row] ?? 1),
      inType: int32Column(this.rows, (row) => problem.inType[row] ?? 0),
    };
    for (let row = this.rows - 1; row >= requests; row--) this.#empty.push(row);
    this.#rate = new Float64Array(problem.types).fill(-20);
    this.#single = new Float64Array(problem.endpoints).fill(-20);
  }

  isGhost(row: number): boolean {
    return row >= this.first;
  }

  /** `share`: part of all calls that have no captured cause; `calls`: by endpoint; `span`: µs. */
  setRates(share: number, calls: Float64Array, span: number): void {
    const requests = new Float64Array(this.#rate.length);
    for (let row = 0; row < this.first; row++) requests[this.problem.inType[row]!]!++;
    const odds = share / Math.max(1 - share, share);
    for (let type = 0; type < requests.length; type++) this.#rate[type] = Math.log((odds * Math.max(1, requests[type]!)) / span);
    for (let endpoint = 0; endpoint < calls.length; endpoint++)
      this.#single[endpoint] = Math.log((share * Math.max(1, calls[endpoint]!)) / span);
  }

  /** Logarithm of the likelihood that there is a ghost with these calls, in order of start. */
  score(model: TimingModel, row: number, calls: readonly number[]): number {
    if (calls.length === 0) return 0;
    const chain = this.birth(row) + model.score(this.problem, row, calls);
    return calls.length === 1 ? logSum(chain, this.#single[this.problem.endpoint[calls[0]!]!]!) : chain;
  }

  /** Logarithm of the rate of ghosts of this one's type. */
  birth(row: number): number {
    return this.#rate[this.problem.inType[row]!]!;
  }

  /** A row without calls, of a type as common as it is among the requests. */
  takeEmpty(random: Random): number {
    const row = this.#empty.at(-1)!;
    this.problem.inType[row] = this.first === 0 ? 0 : this.problem.inType[random.below(this.first)]!;
    return row;
  }

  /** To be called when a ghost has got its first call, or lost its last. */
  update(row: number, isEmpty: boolean): void {
    if (isEmpty) this.#empty.push(row);
    else if (this.#empty.at(-1) === row) this.#empty.pop();
    else this.#empty.splice(this.#empty.indexOf(row), 1);
  }

  /** Whether any has a call. */
  get isAny(): boolean {
    return this.#empty.length < this.rows - this.first;
  }

  /** The ghosts among the causes of calls `from` to `to`, each once; of many the first. */
  among(parent: Int32Array, from: number, to: number): number[] {
    const found: number[] = [];
    if (!this.isAny) return found;
    const end = Math.min(parent.length, to);
    for (let out = Math.max(0, from); out < end && found.length < MAX_FOUND; out++)
      if (parent[out]! >= this.first && !found.includes(parent[out]!)) found.push(parent[out]!);
    return found;
  }

  /** Those that have calls near a call. */
  near(parent: Int32Array, out: number): number[] {
    return this.among(parent, out - REACH, out + REACH + 1);
  }
}
