// The search for the pairing of a block: a first guess by idle time; climbing, learning anew after each round; then sampling, which tells how
// sure each pair is (stochastic expectation maximisation). All of it depends on the seed alone, never on a clock.

import { Assignment } from "./assignment.ts";
import { Calm } from "./calm.ts";
import { Crossing } from "./crossing.ts";
import { guessByIdleTime } from "./first-guess.ts";
import { GhostMoves } from "./ghost-moves.ts";
import type { Problem } from "./problem.ts";
import { Random } from "./random.ts";
import { overlapsOf, rivals } from "./rivals.ts";
import { moveCall } from "./small-moves.ts";
import { Tails } from "./tails.ts";
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
/** Less gained than this in a round of climbing (nats), and it is done. */
const SETTLED = 3;
/** Every so manieth moment has its turn where tails are dealt out anew, and every so manieth round of the burn-in. */
const TAIL_STRIDE = 3;
/** Rounds of the burn-in in which what is sure teaches more. */
const LEARNING_FROM_SURE = 10;
const COLD = 0.05;
const COOLING = 3;
const BURN_IN = 18;
const ROUNDS = 42;
const WARM = 2;
/** Ghosts that are tried for each request in a round. */
const GHOST_SWEEPS = 2;

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
  readonly #tails: Tails;
  readonly #pairs: Int32Array;
  readonly #calmPairs: Calm;
  readonly #calmCalls: Calm;
  readonly #parentBefore: Int32Array;
  readonly #open: number[] = [];
  #orphanRate = 0;
  /** Some calls that nothing encloses are there: then others are hidden under requests. */
  readonly #hasOrphans: boolean;
  /** Requests whose calls are not settled. */
  readonly #active: number[];

  constructor(problem: Problem, past: TimingModel, plan: SearchPlan) {
    this.#problem = problem;
    this.#plan = plan;
    this.#hasOrphans = plan.orphans >= 1;
    this.#random = new Random(plan.seed);
    const isActive = new Uint8Array(problem.inStart.length);
    for (let out = 0; out < problem.outStart.length; out++) {
      if (problem.isFixed[out] === 1) continue;
      this.#open.push(out);
      for (let entry = problem.first[out]!; entry < problem.first[out + 1]!; entry++) isActive[problem.candidate[entry]!] = 1;
    }
    this.#active = [...isActive.keys()].filter((row) => isActive[row] === 1);
    this.#crossing = new Crossing(problem, overlapsOf(problem));
    this.#state = new Assignment(problem, this.#modelFrom(past, isActive), this.#crossing, this.#random);
    this.#chains = new TwoChains(this.#state);
    this.#ghostMoves = new GhostMoves(this.#state, this.#chains);
    this.#tails = new Tails(this.#state, isActive);
    this.#pairs = rivals(problem);
    this.#calmPairs = new Calm(this.#pairs.length / 2);
    this.#calmCalls = new Calm(problem.outStart.length);
    this.#parentBefore = new Int32Array(problem.outStart.length).fill(NOBODY);
  }

  /** Settled requests are learnt once, as a part of the past: they teach the same in every round. */
  #modelFrom(past: TimingModel, isActive: Uint8Array): TimingModel {
    const problem = this.#problem;
    const settled: number[][] = Array.from({ length: problem.inStart.length }, () => []);
    for (let out = 0; out < problem.outStart.length; out++)
      if (problem.isFixed[out] === 1 && problem.first[out] !== problem.first[out + 1])
        settled[problem.candidate[problem.first[out]!]!]!.push(out);
    const known = past.successor();
    known.begin();
    for (const [row, calls] of settled.entries()) {
      if (isActive[row] === 0 && this.#plan.isPartial?.[row] !== 1) known.observe(problem, row, calls, 1);
    }
    return known.successor();
  }

  run(): Samples {
    const state = this.#state;
    this.#learnOrphans();
    guessByIdleTime(state);
    const doubt = this.#doubt();
    const sureness = (row: number) => 1 / doubt[row]!;
    this.#learnOrphans();
    this.#refit(sureness);
    this.#climb(sureness);
    const parents: number[][] = this.#open.map(() => []);
    const counts: number[][] = this.#open.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      state.temperature = round < BURN_IN ? Math.max(1, WARM - ((WARM - 1) * round) / (BURN_IN * 0.7)) : 1;
      this.#sweep(round);
      if (this.#hasOrphans && round < BURN_IN && round % TAIL_STRIDE === TAIL_STRIDE - 1)
        this.#tails.sweep(TAIL_STRIDE, Math.floor(round / TAIL_STRIDE) % TAIL_STRIDE);
      if (round < BURN_IN || round % 5 === 0) this.#refit(this.#hasOrphans && round < LEARNING_FROM_SURE ? sureness : undefined);
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

  /** How much of a request's calls is guessed, from 1 for one whose calls have no other candidate: what is sure teaches more. */
  #doubt(): Float64Array {
    const { first, candidate } = this.#problem;
    const doubt = new Float64Array(this.#problem.inStart.length).fill(1);
    for (const out of this.#open) {
      const count = first[out + 1]! - first[out]!;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) doubt[candidate[entry]!]! += 1 - 1 / count;
    }
    return doubt;
  }

  #refit(weightOf: ((row: number) => number) | undefined): void {
    const { isPartial } = this.#plan;
    this.#state.refit(this.#active, (row) => (isPartial?.[row] === 1 ? 0 : (weightOf?.(row) ?? 1)));
  }

  #climb(sureness: (row: number) => number): void {
    const state = this.#state;
    for (let climb = 0; climb < CLIMBS; climb++) {
      const before = state.gained;
      state.temperature = COLD;
      for (let pair = 0; pair < this.#pairs.length; pair += 2) this.#chains.deal(this.#pairs[pair]!, this.#pairs[pair + 1]!, false);
      if (this.#hasOrphans) this.#ghostMoves.sweep(this.#active, false, climb < WHOLE_CLIMBS);
      state.temperature = 1;
      if (this.#hasOrphans) this.#tails.sweep(TAIL_STRIDE, climb % TAIL_STRIDE);
      this.#refit(sureness);
      if (this.#hasOrphans) this.#learnOrphans();
      if (state.gained - before < SETTLED) return;
    }
  }

  #sweep(round: number): void {
    for (const out of this.#open) this.#tryCall(out, round);
    if (this.#hasOrphans) for (let sweep = 0; sweep < GHOST_SWEEPS; sweep++) this.#ghostMoves.sweep(this.#active, true, false);
    for (let pair = 0; 2 * pair < this.#pairs.length; pair++) {
      if (!this.#calmPairs.isDue(pair, round)) continue;
      this.#calmPairs.note(pair, this.#chains.deal(this.#pairs[2 * pair]!, this.#pairs[2 * pair + 1]!, true));
    }
  }

  #tryCall(out: number, round: number): void {
    const { parent } = this.#state;
    this.#calmCalls.note(out, parent[out] !== this.#parentBefore[out]);
    this.#parentBefore[out] = parent[out]!;
    if (this.#calmCalls.isDue(out, round)) moveCall(this.#state, out);
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
