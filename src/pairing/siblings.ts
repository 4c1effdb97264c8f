// Calls of one machine in one trace that never came in: it was begun there, for one request, and all of them belong to it, those too that go out behind
// the answer.

import { INFERRED, NO_PARENT } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { PairTable } from "../wire/pair-table.ts";
import { sum } from "../wire/sum.ts";

/** Of the siblings that tell anything this part must find the parent possible: a job makes calls beside many requests. */
const AGREEING = 0.6;
/** How likely a parent must be to a sibling to be possible, and how likely all others are taken to be together. */
const POSSIBLE = 0.1;
const OTHERS = 0.02;
/** A parent of all that is less likely is none. */
const MIN_CONFIDENCE = 0.6;
/** What one knows of a sibling is a little less than what one knows of it. */
const DOUBT = 0.98;

/** A request that may have caused a call, and how likely. */
export interface Guess {
  readonly parent: number;
  readonly likely: number;
}

/** Gives siblings the parent that is likeliest to all of them, where ids and spans do not tell otherwise. `guesses`: what times tell, by hop. */
export function linkSiblings(table: HopTable, guesses: ReadonlyMap<number, readonly Guess[]>): void {
  const { parent: parents, startedAt } = table;
  for (const siblings of siblingsOf(table)) {
    const told = siblings.map((hop) => guesses.get(hop) ?? knownOf(hop, table)).filter((each) => each.length > 0);
    const [best] = likeliest(told);
    if (best === undefined || best.likely < MIN_CONFIDENCE) continue;
    const isPossible = (each: readonly Guess[]) => each.some(({ parent, likely }) => parent === best.parent && likely >= POSSIBLE);
    if (told.filter(isPossible).length < AGREEING * told.length) continue;
    const [surest] = siblings
      .filter((hop) => parents[hop] === best.parent)
      .sort((a, b) => table.parentConfidence(b) - table.parentConfidence(a));
    if (surest === undefined) continue;
    const because = table.because(surest);
    const confidence = Math.round(Math.min(best.likely, table.parentConfidence(surest)) * DOUBT * 1000) / 1000;
    for (const hop of siblings) {
      if (parents[hop] === best.parent || (parents[hop] !== NO_PARENT && !INFERRED.has(table.because(hop)))) continue;
      if (startedAt[hop]! < startedAt[best.parent]!) continue;
      table.link(hop, best.parent, because, confidence);
      table.setCandidates(hop, []);
    }
  }
}

function knownOf(hop: number, table: HopTable): Guess[] {
  const parent = table.parent[hop]!;
  return parent === NO_PARENT ? [] : [{ parent, likely: table.parentConfidence(hop) }];
}

/** Each parent with how likely it is to be that of all, likeliest first. */
function likeliest(told: readonly (readonly Guess[])[]): Guess[] {
  const byParent = new Map<number, number>();
  for (const each of told)
    for (const { parent, likely } of each) {
      const known = byParent.get(parent) ?? told.length * Math.log(OTHERS);
      byParent.set(parent, known + Math.log(Math.max(OTHERS, likely) / OTHERS));
    }
  const parents = [...byParent.keys()];
  const scores = [...byParent.values()];
  const best = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const all = sum(scores.map((score) => Math.exp(score - best)));
  return parents
    .map((parent, k) => ({ parent, likely: Math.exp(scores[k]! - best) / all }))
    .sort((a, b) => b.likely - a.likely || a.parent - b.parent);
}

/** Two and more by machine and trace. */
function siblingsOf(table: HopTable): number[][] {
  const { readings, identities } = table.exchanges;
  const { size, row, receiver, clientHost, hostOfPlace } = table;
  /** By machine and trace: 1 where the trace came in. */
  const came = new PairTable();
  /** By machine and trace: the first call that carries it. */
  const firsts = new PairTable();
  const groups: { readonly host: number; readonly trace: number; readonly hops: number[] }[] = [];
  /** By first call of a group. */
  const places = new Map<number, number>();
  for (let hop = 0; hop < size; hop++) {
    if (!table.isWork(hop) || !readings.hasContext(row[hop]!)) continue;
    const trace = identities.trace[readings.first(row[hop]!)]!;
    came.set(hostOfPlace[receiver[hop]!]!, trace, 1);
    const host = clientHost[hop]!;
    const first = firsts.get(host, trace);
    if (first < 0) {
      firsts.set(host, trace, hop);
      continue;
    }
    // Most calls are the only one of their machine and trace: a list is made for the second.
    const place = places.get(first) ?? groups.push({ host, trace, hops: [first] }) - 1;
    places.set(first, place);
    groups[place]!.hops.push(hop);
  }
  return groups.filter(({ host, trace }) => came.get(host, trace) < 0).map(({ hops }) => hops);
}
