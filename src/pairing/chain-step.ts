// One step of a request's timeline where only the newest call before is looked at: what the exact moves are made of.

import type { Problem } from "./problem.ts";
import type { TimingModel } from "./timing-model.ts";

/** No call: before the first, or, as the next one, the request's end. */
export const NO_CALL = -1;
export const END = -1;

/** Logarithm of the likelihood that `next` (or the end) follows `last` (or the start) in this request. */
export function chainStep(problem: Problem, model: TimingModel, request: number, last: number, next: number): number {
  const isEnd = next === END;
  if (isEnd && problem.isOpenEnded[request] === 1) return 0;
  const end = problem.inEnd[request]!;
  const at = isEnd ? end : problem.outStart[next]!;
  let since = problem.inStart[request]!;
  let event = model.startEvent;
  if (last !== NO_CALL) {
    if (problem.outEnd[last]! <= at + (isEnd ? problem.slack : 0)) {
      since = problem.outEnd[last]!;
      event = problem.endpoint[last]!;
    } else if (!isEnd) {
      since = problem.outStart[last]!;
      event = model.endpoints + problem.endpoint[last]!;
    }
  }
  if (!isEnd && at >= end && end >= since) {
    since = end;
    event = model.endEvent;
  }
  return model.step(problem.inType[request]!, event, isEnd ? model.endpoints : problem.endpoint[next]!, at - since);
}
