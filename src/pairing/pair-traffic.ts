// Parents without ids: for every call that a machine made, which of the requests that it received is the cause, and how sure that is.

import { mix } from "../wire/mix.ts";
import { sum } from "../wire/sum.ts";
import { type Block, blockEnds, makeBlock, noParents } from "./blocks.ts";
import { leaveOut } from "./budget.ts";
import { type Candidates, findCandidates } from "./candidates.ts";
import { EVIDENCE, type Evidence, weighEvidence } from "./evidence.ts";
import { type OrphanEvidence, orphanEvidence } from "./orphan-rate.ts";
import { orderRows, type Rows } from "./rows.ts";
import { ruleOut } from "./rule-out.ts";
import { type Samples, search } from "./search.ts";
import { quantumOf } from "./time-quantum.ts";
import { TimingModel } from "./timing-model.ts";
import { type Alternative, NOBODY, OPEN, type Pairing, type PairingOptions, type PairingReason, type Traffic } from "./traffic.ts";

/** Steps that are spent where the caller sets no bound. */
const DEFAULT_BUDGET = 1e9;
/** Searches from different beginnings: where they disagree, doubt is due. */
const CHAINS = 2;
/** Requests that the past weighs as much as in the next block's model. */
const MAX_PAST = 4_000;
/** Before anything is seen one orphan in fifty is expected. */
const PRIOR_ORPHANS = 0.2;
const PRIOR_CALLS = 10;
/** Below this rate of orphans the only candidate is the parent without further ado. */
const FEW_ORPHANS = 0.01;
/** A call is called an orphan when it was one in this part of the draws: where a parent is likely at all, one is named. */
const ORPHAN_SHARE = 0.8;
/** Part of the draws from which on a call's place in the likeliest pairing as a whole goes before its own likeliest place. */
const AS_A_WHOLE = 0.3;
/** How sure the only candidate is, and that a call is an orphan when nothing was open. */
const ONLY = 0.99;
/** Alternatives less likely than this are not worth a word. */
const MIN_ALTERNATIVE = 0.05;
/** How far evidence must outweigh that for all others to be the reason (natural logarithm: three to one). */
const TELLING = Math.log(3);

/** Deterministic: equal traffic, in any order, and equal options give equal answers. Memory beyond the input is bounded by the largest block. */
export function pairTraffic(traffic: Traffic, options: PairingOptions = {}): Pairing {
  return new TrafficPairing(traffic, options).pair();
}

class TrafficPairing {
  readonly #rows: Rows;
  readonly #candidates: Candidates;
  readonly #evidence: Evidence;
  readonly #orphans: OrphanEvidence;
  readonly #isNarrowed: Uint8Array;
  readonly #isSettled: Uint8Array;
  readonly #isLeft: Uint8Array;
  readonly #seed: number;
  /** By row in order of time: parent as a row in order of time. */
  readonly #found: Int32Array;
  readonly #parent: Int32Array;
  readonly #probability: Float64Array;
  readonly #because: PairingReason[];
  readonly #alternatives = new Map<number, readonly Alternative[]>();
  #orphanRate = 0;
  #scored = 0;

  constructor(traffic: Traffic, { seed = 1, budget = DEFAULT_BUDGET }: PairingOptions) {
    this.#seed = seed;
    this.#rows = orderRows(traffic);
    const open = findCandidates(this.#rows);
    this.#orphans = orphanEvidence(this.#rows, open);
    const { candidates, evidence, isNarrowed } = ruleOut(open, weighEvidence(this.#rows, open));
    this.#candidates = candidates;
    this.#evidence = evidence;
    this.#isNarrowed = isNarrowed;
    this.#isSettled = this.#settle();
    this.#isLeft = leaveOut(this.#rows, this.#candidates, this.#isSettled, budget / CHAINS);
    const count = this.#rows.outStart.length;
    this.#found = noParents(count);
    this.#parent = new Int32Array(count).fill(OPEN);
    this.#probability = new Float64Array(count);
    this.#because = new Array<PairingReason>(count).fill("not scored");
  }

  pair(): Pairing {
    this.#tellSettled();
    let model: TimingModel | undefined;
    let from = 0;
    for (const to of blockEnds(this.#rows, this.#candidates)) {
      const isWorthIt = this.#isSettled.subarray(from, to).includes(0);
      if (isWorthIt) model = this.#pairBlock(makeBlock(this.#parts(), from, to), model);
      from = to;
    }
    return {
      parent: this.#parent,
      probability: this.#probability,
      because: this.#because,
      alternatives: this.#alternatives,
      scored: this.#scored,
      left: sum(this.#isLeft),
      orphanRate: this.#orphanRate,
    };
  }

  #parts() {
    const [rows, candidates, isSettled, isLeft] = [this.#rows, this.#candidates, this.#isSettled, this.#isLeft];
    return { rows, candidates, weight: this.#evidence.weight, isSettled, isLeft, parent: this.#found };
  }

  /** Anchors, calls without a candidate, and only candidates where orphans are rare. */
  #settle(): Uint8Array {
    const { first } = this.#candidates;
    const rate = (this.#orphans.alone + PRIOR_ORPHANS) / (this.#orphans.visible + PRIOR_CALLS);
    return this.#rows.anchor.reduce((settled, anchor, out) => {
      const count = first[out + 1]! - first[out]!;
      if (anchor !== OPEN || count === 0 || (count === 1 && rate < FEW_ORPHANS)) settled[out] = 1;
      return settled;
    }, new Uint8Array(this.#rows.anchor.length));
  }

  #tellSettled(): void {
    const { first, rows } = this.#candidates;
    for (let out = 0; out < this.#isSettled.length; out++) {
      if (this.#isSettled[out] === 0) continue;
      const isAnchor = this.#rows.anchor[out] !== OPEN;
      const parent = first[out] === first[out + 1] ? NOBODY : rows[first[out]!]!;
      this.#found[out] = parent;
      this.#tell(out, parent, isAnchor ? 1 : ONLY, isAnchor ? "anchor" : parent === NOBODY ? "none fits" : this.#reason(out, parent));
    }
  }

  #tell(out: number, parent: number, probability: number, because: PairingReason): void {
    const row = this.#rows.outOrder[out]!;
    this.#parent[row] = parent === NOBODY ? NOBODY : this.#rows.inOrder[parent]!;
    this.#probability[row] = probability;
    this.#because[row] = because;
  }

  #pairBlock(block: Block, before: TimingModel | undefined): TimingModel {
    const { problem, span, isPartial } = block;
    const plan = {
      orphans: this.#orphans.alone + PRIOR_ORPHANS,
      calls: this.#orphans.visible + PRIOR_CALLS,
      visible: this.#orphans.visible,
      span,
      isPartial,
    };
    const past = before ?? new TimingModel(problem.types, problem.endpoints, quantumOf(problem, this.#rows.resolution));
    const chains: Samples[] = [];
    for (let chain = 0; chain < CHAINS; chain++) chains.push(search(problem, past, { ...plan, seed: mix(this.#seed * CHAINS + chain) }));
    this.#orphanRate = sum(chains.map(({ orphanRate }) => orphanRate)) / CHAINS;
    for (let k = block.from; k < block.outRows.length; k++) if (problem.isFixed[k] === 0) this.#conclude(block, chains, k);
    return chains[0]!.model.asPast(MAX_PAST);
  }

  #conclude({ outRows, inRows }: Block, chains: readonly Samples[], k: number): void {
    const out = outRows[k]!;
    this.#scored++;
    let rounds = 0;
    const counts = new Map<number, number>();
    for (const chain of chains) {
      rounds += chain.rounds;
      for (const [n, parent] of chain.parents[k]!.entries()) counts.set(parent, (counts.get(parent) ?? 0) + chain.counts[k]![n]!);
    }
    const drawn = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const nobody = counts.get(NOBODY) ?? 0;
    if (drawn[0]![0] === NOBODY && drawn.length > 1 && nobody < ORPHAN_SHARE * rounds) drawn.unshift(drawn.splice(1, 1)[0]!);
    const asAWhole = drawn.findIndex(([parent, n]) => parent === chains[0]!.best[k] && n >= AS_A_WHOLE * rounds);
    if (asAWhole > 0 && drawn[0]![0] !== NOBODY && chains[0]!.best[k] !== NOBODY) drawn.unshift(drawn.splice(asAWhole, 1)[0]!);
    const shareOf = (count: number) => (count + 0.5) / (rounds + 1);
    const [parent, count] = drawn[0]!;
    const chosen = parent === NOBODY ? NOBODY : inRows[parent]!;
    this.#found[out] = chosen;
    this.#tell(out, chosen, shareOf(count), chosen === NOBODY ? "none fits" : this.#reason(out, chosen));
    const others = drawn.slice(1).filter(([, n]) => shareOf(n) >= MIN_ALTERNATIVE);
    if (others.length === 0) return;
    const told = others.map(([other, n]) => ({
      parent: other === NOBODY ? NOBODY : this.#rows.inOrder[inRows[other]!]!,
      probability: shareOf(n),
    }));
    this.#alternatives.set(this.#rows.outOrder[out]!, told);
  }

  #reason(out: number, parent: number): PairingReason {
    const { first, rows } = this.#candidates;
    const { weight, kind } = this.#evidence;
    if (first[out + 1]! - first[out]! === 1) return this.#isNarrowed[out] === 1 ? EVIDENCE[kind[first[out]!]!]! : "only candidate";
    let own = -1;
    let best = Number.NEGATIVE_INFINITY;
    for (let entry = first[out]!; entry < first[out + 1]!; entry++) {
      if (rows[entry] === parent) own = entry;
      else best = Math.max(best, weight[entry]!);
    }
    return weight[own]! - best >= TELLING ? EVIDENCE[kind[own]!]! : "timing";
  }
}
