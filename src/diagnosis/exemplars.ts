// Which exchanges of a fault are kept whole, so that a finding can prove what it says: the earliest, and some from anywhere. A fault that is looked at only
// where it begins would be judged by a start that may be unlike all the rest: cold connections, caches not filled, code not compiled yet.

import { INFERRED } from "../hops/hop.ts";
import { EARLIEST_EXEMPLARS, MAX_EXEMPLARS } from "../wire/limits.ts";
import { mix } from "../wire/mix.ts";
import type { Fault, Judgement } from "./judgement.ts";

/** Kept whole. */
export interface Exemplar {
  readonly judgement: Judgement;
  readonly fault: Fault;
  readonly route: string;
}

/** The one to begin with: the earliest of those whose cause is known best. */
export function firstShown(exemplars: readonly Exemplar[]): Exemplar | undefined {
  return exemplars.reduce<Exemplar | undefined>(
    (best, one) => (best === undefined || doubtOf(one) < doubtOf(best) ? one : best),
    undefined,
  );
}

/** The exchange that caused it is proven, or inferred; or none is named. */
function doubtOf(exemplar: Exemplar): number {
  return exemplar.fault.parent === undefined ? 2 : isCauseInferred(exemplar) ? 1 : 0;
}

export function isCauseInferred({ judgement: { hop }, fault: { parent } }: Exemplar): boolean {
  return parent !== undefined && parent !== hop && (hop.parent === undefined || INFERRED.has(hop.parent.because));
}

/** Whether an exchange later than all that were kept would be kept with `exemplars`, as {@link keepExemplar} leaves them. */
export function isExemplar(exemplars: readonly Exemplar[], hop: number): boolean {
  return exemplars.length < MAX_EXEMPLARS || draw(hop) < draw(exemplars.at(-1)!.judgement.hop.index);
}

/** Keeps one that is later than all before it, if it is among the earliest or has drawn a small number. */
export function keepExemplar(exemplars: Exemplar[], exemplar: Exemplar): void {
  const { index } = exemplar.judgement.hop;
  if (!isExemplar(exemplars, index)) return;
  let at = exemplars.length;
  while (at > EARLIEST_EXEMPLARS && draw(exemplars[at - 1]!.judgement.hop.index) > draw(index)) at--;
  exemplars.splice(at, 0, exemplar);
  exemplars.length = Math.min(exemplars.length, MAX_EXEMPLARS);
}

/** Of several tallies: what one tally would have kept, in the order of time. */
export function joinExemplars(tallies: readonly { readonly exemplars: readonly Exemplar[] }[]): readonly Exemplar[] {
  const all = tallies.flatMap(({ exemplars }) => exemplars).sort(byTime);
  const kept: Exemplar[] = [];
  for (const exemplar of all) keepExemplar(kept, exemplar);
  return kept.sort(byTime);
}

function byTime(a: Exemplar, b: Exemplar): number {
  return a.judgement.hop.index - b.judgement.hop.index;
}

/** The number that an exchange draws: nothing about it tells which, and equal input draws equal numbers. */
function draw(hop: number): number {
  return mix(hop + 1);
}
