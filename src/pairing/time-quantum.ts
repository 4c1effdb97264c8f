// The shortest delay that means anything on a machine: below it all delays are alike. Half of the usual time between two events of a request, unless the
// clock is coarser.

import type { Problem } from "./problem.ts";

/** µs. Longer than this, real differences would be lost. */
const MAX_QUANTUM = 200;
const USUAL_IDLE = 80;

/** `resolution`: step of the clock, µs. */
export function quantumOf(problem: Problem, resolution: number): number {
  const idle: number[] = [];
  const last = Float64Array.from(problem.inStart);
  for (let out = 0; out < problem.outStart.length; out++) {
    let least = Number.POSITIVE_INFINITY;
    let best = -1;
    for (let entry = problem.first[out]!; entry < problem.first[out + 1]!; entry++) {
      const row = problem.candidate[entry]!;
      const gap = problem.outStart[out]! - last[row]!;
      if (gap >= 0 && gap < least) {
        least = gap;
        best = row;
      }
    }
    if (best < 0) continue;
    idle.push(least);
    last[best] = Math.max(last[best]!, problem.outEnd[out]!);
  }
  idle.sort((a, b) => a - b);
  return Math.max(resolution, Math.min(MAX_QUANTUM, (idle[idle.length >> 1] ?? USUAL_IDLE) / 2));
}
