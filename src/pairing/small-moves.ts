// The small moves of the search: one call goes to another request, or to a ghost; two calls of one endpoint, two tails or two short runs change places.
// Each proposal is as likely as its way back.

import { type Assignment, excluding, including } from "./assignment.ts";

/** Other parents that are tried for a call in one sweep. */
const MAX_TRIED = 3;
/** Longest run that changes places in one move. */
const MAX_RUN = 4;
// How often each kind of move is tried, as upper ends of a share of 1.
const SWAP = 0.3;
const TAILS = 0.6;
const RUNS = 0.7;

/** One sweep over a call. */
export function moveCall(state: Assignment, out: number): void {
  const { problem, random, parent } = state;
  const from = problem.first[out]!;
  const count = problem.first[out + 1]! - from;
  for (let tried = Math.min(count, MAX_TRIED); tried > 0; tried--) {
    const own = parent[out]!;
    const place = random.below(count + 1);
    if (place === count) {
      toGhost(state, own, out);
      continue;
    }
    const other = problem.candidate[from + place]!;
    if (other === own) continue;
    const kind = random.next();
    if (state.ghosts.isGhost(own) && kind >= TAILS) {
      give(state, own, other, out, -Math.log(ghostsToChoose(state, own, out)));
      continue;
    }
    if (kind < SWAP) swapOne(state, own, other, out);
    else if (kind < TAILS) swapTails(state, own, other, out);
    else if (kind < RUNS) swapRuns(state, own, other, out);
    else give(state, own, other, out, 0);
  }
}

function give(state: Assignment, own: number, other: number, out: number, correction: number): void {
  state.propose(own, excluding(state.calls[own]!, out), other, including(state.calls[other]!, out), [out], correction);
}

/** To one of the ghosts near it, or to one of its own. */
function toGhost(state: Assignment, own: number, out: number): void {
  const { ghosts, parent, random } = state;
  const near = ghosts.near(parent, out);
  const place = random.below(near.length + 1);
  const other = place < near.length ? near[place]! : ghosts.takeEmpty(random);
  if (other === own) return;
  const kind = place < near.length ? random.next() : 1;
  if (kind < SWAP) swapOne(state, own, other, out);
  else if (kind < TAILS) swapTails(state, own, other, out);
  else give(state, own, other, out, ghosts.isGhost(own) ? 0 : Math.log(near.length + 1));
}

/** Among how many ghosts the way back would choose. */
function ghostsToChoose({ ghosts, parent, calls }: Assignment, own: number, out: number): number {
  const near = ghosts.near(parent, out).length;
  return calls[own]!.length === 1 ? near : near + 1;
}

function swapOne(state: Assignment, own: number, other: number, out: number): void {
  const same = state.calls[other]!.filter((call) => isLike(state, call, out));
  if (same.length === 0) return;
  const call = same[state.random.below(same.length)]!;
  const mine = including(excluding(state.calls[own]!, out), call);
  const theirs = including(excluding(state.calls[other]!, call), out);
  state.propose(own, mine, other, theirs, [out, call], 0);
}

function isLike({ problem }: Assignment, a: number, b: number): boolean {
  return problem.endpoint[a] === problem.endpoint[b] && problem.isFixed[a] === 0 && problem.isFixed[b] === 0;
}

/** Everything from this call on: two requests that were confused once stay so. */
function swapTails(state: Assignment, own: number, other: number, out: number): void {
  const mine = state.calls[own]!;
  const theirs = state.calls[other]!;
  const myTail = mine.filter((call) => call >= out);
  const theirTail = theirs.filter((call) => call >= out);
  const left = mine.filter((call) => call < out);
  const kept = theirs.filter((call) => call < out);
  state.propose(own, [...left, ...theirTail], other, [...kept, ...myTail], [...myTail, ...theirTail], 0);
}

/** A few calls, against what the other request called in the same time. */
function swapRuns(state: Assignment, own: number, other: number, out: number): void {
  const mine = state.calls[own]!;
  const theirs = state.calls[other]!;
  const from = mine.indexOf(out);
  const to = from + 1 + state.random.below(MAX_RUN);
  const bound = to < mine.length ? mine[to]! : Number.MAX_SAFE_INTEGER;
  const run = mine.slice(from, to);
  const inBetween = theirs.filter((call) => call >= out && call < bound);
  const ascending = (a: number, b: number) => a - b;
  const myNew = [...mine.slice(0, from), ...mine.slice(to), ...inBetween].sort(ascending);
  const theirNew = [...theirs.filter((call) => call < out || call >= bound), ...run].sort(ascending);
  state.propose(own, myNew, other, theirNew, [...run, ...inBetween], 0);
}
