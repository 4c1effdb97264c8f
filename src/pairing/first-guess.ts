// Where the search begins.

import type { Assignment } from "./assignment.ts";
import type { Problem } from "./problem.ts";

/** Longer than any idle time. */
const BUSY = 1e11;
/** Calls before and after an open one among which an orphan is looked for that may go with it. */
const LINKED_REACH = 64;

/** Each call goes to the request whose own last event is nearest before it; to a ghost of its own where there is none. */
export function guessByIdleTime(state: Assignment): void {
  const { problem } = state;
  const isLinked = linkedCalls(problem);
  const last = Float64Array.from(problem.inStart);
  for (let out = 0; out < problem.outStart.length; out++) {
    if (isLinked[out] === 0) continue;
    const start = problem.outStart[out]!;
    const hasCandidates = problem.first[out] !== problem.first[out + 1];
    let best = hasCandidates ? problem.candidate[problem.first[out]!]! : state.ghosts.takeEmpty(state.random);
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
    if (hasCandidates) last[best] = Math.max(last[best]!, problem.outEnd[out]!);
  }
}

/** 1 for calls that have to do with the search: those that have a request, and of the others those that may go with open ones. */
function linkedCalls({ first, isFixed, endpoint, endpoints }: Problem): Uint8Array {
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
