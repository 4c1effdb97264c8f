// Requests that are served side by side mostly keep their order: their calls start, and end, in the order in which they did. How strictly an endpoint
// keeps it is learnt by comparing the crossings that there are with those that independent delays would make; each crossing then costs so much.

import type { Problem } from "./problem.ts";
import type { Random } from "./random.ts";

/** A crossing never costs more than this: order is no law. */
const MAX_COST = 4;
/** Requests with exactly one call of the endpoint that are needed to say anything, and their least part of those with any. */
const MIN_SINGLES = 20;
const MIN_SINGLE_SHARE = 0.9;
const MIN_PAIRS = 10;
/** Requests whose pairs are compared; of more one in several is, from a place that is drawn. */
const MAX_COMPARED = 1_000;
/** Draws of two delays for each pair of requests. */
const DRAWS = 6;

const NO_CALL = -1;
const SEVERAL = -2;

export class Crossing {
  isActive = false;
  readonly #problem: Problem;
  /** For each request the later ones and the earlier ones that overlap it. */
  readonly #overlaps: readonly (readonly number[])[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #isMoved: Uint8Array;

  constructor(problem: Problem, overlaps: readonly (readonly number[])[]) {
    this.#problem = problem;
    this.#overlaps = overlaps;
    this.#starts = new Float64Array(problem.endpoints);
    this.#ends = new Float64Array(problem.endpoints);
    this.#isMoved = new Uint8Array(problem.outStart.length);
  }

  /** What the crossings of these calls with all others cost. */
  costOf(moved: readonly number[], parent: Int32Array, calls: readonly (readonly number[])[]): number {
    for (const out of moved) this.#isMoved[out] = 1;
    let cost = 0;
    for (const out of moved) {
      const endpoint = this.#problem.endpoint[out]!;
      // Nobody knows when a ghost began.
      if (parent[out]! >= this.#overlaps.length || (this.#starts[endpoint] === 0 && this.#ends[endpoint] === 0)) continue;
      cost += this.#costOfCall(out, parent[out]!, endpoint, calls);
    }
    for (const out of moved) this.#isMoved[out] = 0;
    return cost;
  }

  #costOfCall(out: number, request: number, endpoint: number, calls: readonly (readonly number[])[]): number {
    const { inEnd, outEnd } = this.#problem;
    const starts = this.#starts[endpoint]!;
    const ends = this.#ends[endpoint]!;
    let cost = 0;
    for (const other of this.#overlaps[request]!) {
      for (const call of calls[other]!) {
        if (this.#problem.endpoint[call] !== endpoint) continue;
        // Rows are in order of start. A crossing of two moved calls is met twice.
        const weight = this.#isMoved[call] === 1 ? 0.5 : 1;
        if (request < other !== out < call) cost += starts * weight;
        if (isEarlier(inEnd, request, other) !== isEarlier(outEnd, out, call)) cost += ends * weight;
      }
    }
    return cost;
  }

  /** Learns the costs from how things stand. */
  update(calls: readonly (readonly number[])[], random: Random): void {
    const requests = this.#overlaps.length;
    const singles = this.#singles(calls);
    this.isActive = false;
    for (let endpoint = 0; endpoint < this.#problem.endpoints; endpoint++) {
      this.#updateEndpoint(endpoint, singles.subarray(endpoint * requests, (endpoint + 1) * requests), random);
      if (this.#starts[endpoint]! > 0 || this.#ends[endpoint]! > 0) this.isActive = true;
    }
  }

  /** By endpoint, and by request: its only call of that endpoint, `NO_CALL` or `SEVERAL`. */
  #singles(calls: readonly (readonly number[])[]): Int32Array {
    const requests = this.#overlaps.length;
    const { endpoint, endpoints } = this.#problem;
    const singles = new Int32Array(endpoints * requests).fill(NO_CALL);
    for (let row = 0; row < requests; row++) {
      for (const call of calls[row]!) {
        const place = endpoint[call]! * requests + row;
        singles[place] = singles[place] === NO_CALL ? call : SEVERAL;
      }
    }
    return singles;
  }

  /** `single`: of the endpoint, by request. */
  #updateEndpoint(endpoint: number, single: Int32Array, random: Random): void {
    const { inStart, inEnd, outStart, outEnd } = this.#problem;
    const startDelays: number[] = [];
    const endDelays: number[] = [];
    let some = 0;
    for (let row = 0; row < single.length; row++) {
      const own = single[row]!;
      if (own !== NO_CALL) some++;
      if (own < 0) continue;
      startDelays.push(outStart[own]! - inStart[row]!);
      endDelays.push(inEnd[row]! - outEnd[own]!);
    }
    if (startDelays.length < MIN_SINGLES || startDelays.length < MIN_SINGLE_SHARE * some) {
      this.#starts[endpoint] = 0;
      this.#ends[endpoint] = 0;
      return;
    }
    const seen = { pairs: 0, starts: 0, ends: 0, expectedStarts: 0, expectedEnds: 0 };
    const step = Math.ceil(single.length / MAX_COMPARED);
    for (let row = step === 1 ? 0 : random.below(step); row < single.length; row += step) {
      if (single[row]! < 0) continue;
      for (const later of this.#overlaps[row]!) {
        if (later <= row || single[later]! < 0) continue;
        seen.pairs++;
        if (single[later]! < single[row]!) seen.starts++;
        seen.expectedStarts += chanceOfCrossing(inStart[later]! - inStart[row]!, startDelays, random);
        const [first, second] = isEarlier(inEnd, row, later) ? [row, later] : [later, row];
        if (isEarlier(outEnd, single[second]!, single[first]!)) seen.ends++;
        seen.expectedEnds += chanceOfCrossing(inEnd[second]! - inEnd[first]!, endDelays, random);
      }
    }
    if (seen.pairs < MIN_PAIRS) return;
    this.#starts[endpoint] = costFor(this.#starts[endpoint]!, seen.starts, seen.expectedStarts, seen.pairs);
    this.#ends[endpoint] = costFor(this.#ends[endpoint]!, seen.ends, seen.expectedEnds, seen.pairs);
  }
}

/** Clocks that tick slowly show many ends at one time: the one that began first is then taken to end first. */
function isEarlier(ends: Float64Array, a: number, b: number): boolean {
  return ends[a]! < ends[b]! || (ends[a] === ends[b] && a < b);
}

/** How often two independent delays make the calls of two requests, which are so far apart, cross. */
function chanceOfCrossing(apart: number, delays: readonly number[], random: Random): number {
  let crossed = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const a = delays[random.below(delays.length)]!;
    const b = delays[random.below(delays.length)]! + apart;
    if (a > b) crossed += 1;
    else if (a === b) crossed += 0.5;
  }
  return crossed / DRAWS;
}

/** Half of the way from the present cost to the one that makes expectation and observation meet. */
function costFor(present: number, seen: number, expected: number, pairs: number): number {
  const logit = (n: number) => Math.log((n + 0.5) / (pairs - n + 0.5));
  return Math.max(0, Math.min(MAX_COST, 0.5 * present + 0.5 * Math.max(0, logit(expected) - logit(seen))));
}
