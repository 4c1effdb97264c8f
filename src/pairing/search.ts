// The search for the pairing of a block: a first guess by idle time; climbing, learning anew after each round; then sampling, which tells how
// sure each pair is (stochastic expectation maximisation). All of it depends on the seed alone, never on a clock.

import { Assignment } from "./assignment.ts";
import { Crossing } from "./crossing.ts";
import { GhostMoves } from "./ghost-moves.ts";
import type { Problem } from "./problem.ts";
import { mix, Random } from "./random.ts";
import { overlapsOf, rivals } from "./rivals.ts";
import { moveCall } from "./small-moves.ts";
import type { TimingModel } from "./timing-model.ts";
import { NOBODY } from "./traffic.ts";
import { TwoChains } from "./two-chains.ts";

export interface SearchPlan {
  readonly seed: number;
  /** Prior of the part of calls without a captured cause, as a number of orphans among a number of calls. */
  readonly orphans: number;
  readonly calls: number;
  /** Calls that no request would enclose if all were orphans. */
  readonly visible: number;
  /** Time that the block covers, µs. */
  readonly span: number;
  /** Requests that teach nothing: some of their calls are not in the problem. */
  readonly isPartial: Uint8Array | undefined;
}

/** How often each parent was drawn; `parents[o]` and `counts[o]` belong together. */
export interface Samples {
  /** What was learnt. */
  readonly model: TimingModel;
  /** Parents of the likeliest pairing as a whole. */
  readonly best: Int32Array;
  readonly parents: readonly (readonly number[])[];
  readonly counts: readonly (readonly number[])[];
  readonly rounds: number;
  readonly spent: number;
  readonly orphanRate: number;
}

const CLIMBS = 12;
/** In so many all ghosts have their turn, those of settled calls too. */
const WHOLE_CLIMBS = 2;
/** Fewer changes than this in a round of climbing, and it is done. */
const SETTLED = 3;
const COLD = 0.05;
const COOLING = 3;
const BURN_IN = 18;
const ROUNDS = 42;
const WARM = 2;
/** Ghosts that are tried for each request in a round. */
const GHOST_SWEEPS = 2;
/** After so many rounds without a change a call, or a pair of requests, is looked at only every few rounds. */
const CALM_AFTER = 8;
const CALM_EVERY = 4;

/** `past`: what blocks before this one taught, or a model that has seen nothing. */
export function search(problem: Problem, past: TimingModel, plan: SearchPlan): Samples {
  return new Search(problem, past, plan).run();
}

class Search {
  readonly #problem: Problem;
  readonly #plan: SearchPlan;
  readonly #random: Random;
  readonly #crossing: Crossing;
  readonly #state: Assignment;
  readonly #chains: TwoChains;
  readonly #ghostMoves: GhostMoves;
  readonly #pairs: Int32Array;
  readonly #calm: Uint8Array;
  readonly #calmCalls: Uint8Array;
  readonly #parentBefore: Int32Array;
  readonly #open: number[] = [];
  /** Open calls that have a request among their candidates. */
  readonly #waiting: number[][];
  #orphanRate = 0;
  /** Some calls that nothing encloses: they are not the only ones. */
  readonly #hasOrphans: boolean;

  /** Requests whose calls are not settled. */
  readonly #active: number[];

  constructor(problem: Problem, past: TimingModel, plan: SearchPlan) {
    this.#problem = problem;
    this.#plan = plan;
    this.#hasOrphans = plan.orphans >= 1;
    this.#random = new Random(plan.seed);
    this.#waiting = Array.from({ length: problem.inStart.length }, () => []);
    for (let out = 0; out < problem.outStart.length; out++) {
      if (problem.isFixed[out] === 1) continue;
      this.#open.push(out);
      for (let entry = problem.first[out]!; entry < problem.first[out + 1]!; entry++) this.#waiting[problem.candidate[entry]!]!.push(out);
    }
    this.#active = [...this.#waiting.keys()].filter((row) => this.#waiting[row]!.length > 0);
    this.#crossing = new Crossing(problem, overlapsOf(problem));
    this.#state = new Assignment(problem, this.#modelFrom(past), this.#crossing, this.#random);
    this.#chains = new TwoChains(this.#state);
    this.#ghostMoves = new GhostMoves(this.#state, this.#chains);
    this.#pairs = rivals(problem);
    this.#calm = new Uint8Array(this.#pairs.length / 2);
    this.#calmCalls = new Uint8Array(problem.outStart.length);
    this.#parentBefore = new Int32Array(problem.outStart.length).fill(NOBODY);
  }

  /** Settled requests are learnt once, as a part of the past: they teach the same in every round. */
  #modelFrom(past: TimingModel): TimingModel {
    const problem = this.#problem;
    const settled: number[][] = Array.from({ length: problem.inStart.length }, () => []);
    for (let out = 0; out < problem.outStart.length; out++)
      if (problem.isFixed[out] === 1 && problem.first[out] !== problem.first[out + 1])
        settled[problem.candidate[problem.first[out]!]!]!.push(out);
    const known = past.successor();
    known.begin();
    for (const [row, calls] of settled.entries()) {
      if (this.#waiting[row]!.length === 0 && this.#plan.isPartial?.[row] !== 1) known.observe(problem, row, calls, 1);
    }
    return known.successor();
  }

  run(): Samples {
    const state = this.#state;
    this.#learnOrphans();
    guessByIdleTime(state);
    const doubt = this.#doubt();
    this.#learnOrphans();
    this.#refit((row) => 1 / doubt[row]!);
    this.#climb();
    const parents: number[][] = this.#open.map(() => []);
    const counts: number[][] = this.#open.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      state.temperature = round < BURN_IN ? Math.max(1, WARM - ((WARM - 1) * round) / (BURN_IN * 0.7)) : 1;
      this.#sweep(round);
      if (round < BURN_IN || round % 5 === 0) this.#refit(undefined);
      if (round < BURN_IN) this.#learnOrphans();
      if (round >= BURN_IN >> 1 && round % 2 === 0) this.#crossing.update(state.calls, this.#random);
      if (round < BURN_IN) continue;
      for (const [k, out] of this.#open.entries()) note(parents[k]!, counts[k]!, this.#causeOf(out));
    }
    this.#cool();
    const best = state.parent.map((_, out) => this.#causeOf(out));
    const all: (readonly number[])[] = Array.from(best, (parent) => [parent]);
    const often: (readonly number[])[] = Array.from(state.parent, () => [ROUNDS - BURN_IN]);
    this.#open.forEach((out, k) => {
      all[out] = parents[k]!;
      often[out] = counts[k]!;
    });
    return {
      model: state.model,
      best,
      parents: all,
      counts: often,
      rounds: ROUNDS - BURN_IN,
      spent: state.spent,
      orphanRate: this.#orphanRate,
    };
  }

  #causeOf(out: number): number {
    const { parent, ghosts } = this.#state;
    return ghosts.isGhost(parent[out]!) ? NOBODY : parent[out]!;
  }

  /** How much of a request's calls is guessed: what is sure teaches more. */
  #doubt(): Float64Array {
    const { first, candidate } = this.#problem;
    const doubt = new Float64Array(this.#problem.inStart.length).fill(1);
    for (const out of this.#open) {
      const count = first[out + 1]! - first[out]!;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) doubt[candidate[entry]!]! += 1 / count;
    }
    return doubt;
  }

  #refit(weightOf: ((row: number) => number) | undefined): void {
    const { isPartial } = this.#plan;
    this.#state.refit(this.#active, (row) => (isPartial?.[row] === 1 ? 0 : (weightOf?.(row) ?? 1)));
  }

  #climb(): void {
    const state = this.#state;
    for (let climb = 0; climb < CLIMBS; climb++) {
      let changes = 0;
      state.temperature = COLD;
      for (let pair = 0; pair < this.#pairs.length; pair += 2)
        if (this.#chains.deal(this.#pairs[pair]!, this.#pairs[pair + 1]!, false)) changes++;
      if (this.#hasOrphans) changes += this.#ghostMoves.sweep(this.#active, false, climb < WHOLE_CLIMBS);
      state.temperature = 1;
      this.#refit(undefined);
      if (this.#hasOrphans) this.#learnOrphans();
      if (changes < SETTLED) return;
    }
  }

  #sweep(round: number): void {
    for (const out of this.#open) this.#tryCall(out, round);
    if (this.#hasOrphans) for (let sweep = 0; sweep < GHOST_SWEEPS; sweep++) this.#ghostMoves.sweep(this.#active, true, false);
    for (let pair = 0; pair < this.#calm.length; pair++) {
      if (this.#calm[pair]! >= CALM_AFTER && (round + mix(pair)) % CALM_EVERY !== 0) continue;
      const isChanged = this.#chains.deal(this.#pairs[2 * pair]!, this.#pairs[2 * pair + 1]!, true);
      this.#calm[pair] = isChanged ? 0 : Math.min(CALM_AFTER, this.#calm[pair]! + 1);
    }
  }

  #tryCall(out: number, round: number): void {
    const { parent } = this.#state;
    if (parent[out] !== this.#parentBefore[out]) this.#calmCalls[out] = 0;
    else if (this.#calmCalls[out]! < CALM_AFTER) this.#calmCalls[out]!++;
    this.#parentBefore[out] = parent[out]!;
    if (this.#calmCalls[out]! < CALM_AFTER || (round + mix(out)) % CALM_EVERY === 0) moveCall(this.#state, out);
  }

  /** Climbs from where the sampling ended: a request's calls as they fit best together, not each by itself. */
  #cool(): void {
    const state = this.#state;
    state.temperature = COLD;
    for (let round = 0; round < COOLING; round++) {
      for (const out of this.#open) moveCall(state, out);
      for (let pair = 0; pair < this.#pairs.length; pair += 2) this.#chains.deal(this.#pairs[pair]!, this.#pairs[pair + 1]!, false);
    }
  }

  #learnOrphans(): void {
    const { problem, ghosts, parent } = this.#state;
    const { orphans, calls, visible, span } = this.#plan;
    const total = new Float64Array(problem.endpoints);
    let [all, bare] = [0, 0];
    for (let out = 0; out < parent.length; out++) {
      const endpoint = problem.endpoint[out]!;
      total[endpoint]!++;
      all++;
      if (problem.isFixed[out] === 1) continue;
      if (ghosts.isGhost(parent[out]!)) bare++;
    }
    const hidden = Math.max(0, all - visible);
    const rate = (orphans + SAMPLED_WEIGHT * bare) / (calls + SAMPLED_WEIGHT * hidden);
    this.#orphanRate = rate;
    ghosts.setRates(rate, total, span);
    this.#state.scoreGhosts();
  }
}

/** A call that the model takes for an orphan proves less than one that nothing encloses. */
const SAMPLED_WEIGHT = 0.5;

function note(parents: number[], counts: number[], parent: number): void {
  const place = parents.indexOf(parent);
  if (place >= 0) counts[place]!++;
  else {
    parents.push(parent);
    counts.push(1);
  }
}

/** Each call goes to the request whose own last event is nearest before it; to a ghost of its own where there is none. */
function guessByIdleTime(state: Assignment): void {
  const { problem } = state;
  const mayBeLinked = linked(problem);
  const last = Float64Array.from(problem.inStart);
  for (let out = 0; out < problem.outStart.length; out++) {
    if (mayBeLinked[out] === 0) continue;
    const start = problem.outStart[out]!;
    let best = problem.first[out] === problem.first[out + 1] ? state.ghosts.takeEmpty(state.random) : NOBODY;
    let least = Number.POSITIVE_INFINITY;
    for (let entry = problem.first[out]!; entry < problem.first[out + 1]!; entry++) {
      const row = problem.candidate[entry]!;
      let idle = start - last[row]!;
      // One that is busy, or over, is taken only where no other is there.
      if (idle < 0) idle = BUSY + start - problem.inStart[row]!;
      if (problem.outEnd[out]! > problem.inEnd[row]! + problem.slack) idle += BUSY / 10;
      idle *= Math.exp(-problem.weight[entry]!);
      if (idle < least) {
        least = idle;
        best = row;
      }
    }
    state.place(out, best);
    if (!state.ghosts.isGhost(best)) last[best] = Math.max(last[best]!, problem.outEnd[out]!);
  }
}

const BUSY = 1e11;

/** 1 for calls that have to do with the search: those that have a request, and of the others those that may go with open ones. */
function linked({ first, isFixed, endpoint, endpoints }: Problem): Uint8Array {
  const isLinked = isFixed.map((_, out) => (first[out] === first[out + 1] ? 0 : 1));
  const isAsked = new Uint8Array(endpoints);
  for (let out = 0; out < isFixed.length; out++) if (isFixed[out] === 0) isAsked[endpoint[out]!] = 1;
  for (let out = 0; out < isFixed.length; out++) {
    if (isFixed[out] === 1) continue;
    const end = Math.min(isFixed.length, out + LINKED_REACH + 1);
    for (let near = Math.max(0, out - LINKED_REACH); near < end; near++) if (isAsked[endpoint[near]!] === 1) isLinked[near] = 1;
  }
  return isLinked;
}

/** Calls before and after an open one among which an orphan is looked for that may go with it. */
const LINKED_REACH = 64;
