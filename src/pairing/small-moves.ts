// The small moves of the search: one call goes to another request, or to nobody; two calls of one endpoint, two tails or two short runs change places.
// Each proposal is as likely as its way back.

import { type Assignment, excluding, including } from "./assignment.ts";
import { NOBODY } from "./traffic.ts";

/** Other parents that are tried for a call in one sweep. */
const MAX_TRIED = 3;
/** Longest run that changes places in one move. */
const MAX_RUN = 4;
// How often each kind of move is tried, as upper ends of a share of 1.
const SWAP = 0.3;
const TAILS = 0.6;
const RUNS = 0.7;
const GIVE = 0.85;

/** One sweep over a call. `callsOf`: the open calls that have a request among their candidates. */
export function moveCall(state: Assignment, out: number, callsOf: (request: number) => readonly number[]): void {
  const { problem, random, parent } = state;
  const from = problem.first[out]!;
  const count = problem.first[out + 1]! - from;
  for (let tried = Math.min(count, MAX_TRIED); tried > 0; tried--) {
    const other = problem.candidate[from + random.below(count)]!;
    const own = parent[out]!;
    const kind = random.next();
    if (other === own) {
      if (kind < SWAP) replaceByOrphan(state, own, out, callsOf(own));
      else state.propose(own, excluding(state.calls[own]!, out), NOBODY, NONE, [out], 0);
    } else if (own === NOBODY) {
      if (kind < SWAP) takeFrom(state, other, out);
      else state.propose(other, including(state.calls[other]!, out), NOBODY, NONE, [out], 0);
    } else if (kind < SWAP) swapOne(state, own, other, out);
    else if (kind < TAILS) swapTails(state, own, other, out);
    else if (kind < RUNS) swapRuns(state, own, other, out);
    else if (kind < GIVE) {
      state.propose(own, excluding(state.calls[own]!, out), other, including(state.calls[other]!, out), [out], 0);
    } else state.propose(own, excluding(state.calls[own]!, out), NOBODY, NONE, [out], 0);
  }
}

const NONE: readonly number[] = [];

/** An orphan takes the place of a call of its endpoint. */
function takeFrom(state: Assignment, request: number, orphan: number): void {
  const same = state.calls[request]!.filter((call) => isLike(state, call, orphan));
  if (same.length === 0) return;
  const call = same[state.random.below(same.length)]!;
  state.propose(request, including(excluding(state.calls[request]!, call), orphan), NOBODY, NONE, [call, orphan], 0);
}

/** The way back of `takeFrom`. */
function replaceByOrphan(state: Assignment, request: number, call: number, waiting: readonly number[]): void {
  const orphans = waiting.filter((other) => state.parent[other] === NOBODY && isLike(state, other, call));
  if (orphans.length === 0) return;
  const orphan = orphans[state.random.below(orphans.length)]!;
  state.propose(request, including(excluding(state.calls[request]!, call), orphan), NOBODY, NONE, [call, orphan], 0);
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
