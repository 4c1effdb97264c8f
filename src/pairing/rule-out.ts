// Candidates that evidence all but rules out leave the search before it begins: what it costs grows with the square of the rivals.

import type { Candidates } from "./candidates.ts";
import type { Evidence } from "./evidence.ts";

/** So far behind the best is out of the question, as a natural logarithm: 400 to one. */
const BEYOND = 6;

export interface Likely {
  readonly candidates: Candidates;
  readonly evidence: Evidence;
  /** By call: 1 where any candidate was ruled out. */
  readonly isNarrowed: Uint8Array;
}

export function ruleOut({ first, rows, lead, slack }: Candidates, { weight, kind }: Evidence): Likely {
  const calls = first.length - 1;
  const isNarrowed = new Uint8Array(calls);
  const ends = new Int32Array(calls + 1);
  const left: number[] = [];
  for (let out = 0; out < calls; out++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let entry = first[out]!; entry < first[out + 1]!; entry++) best = Math.max(best, weight[entry]!);
    for (let entry = first[out]!; entry < first[out + 1]!; entry++) {
      if (weight[entry]! >= best - BEYOND) left.push(entry);
      else isNarrowed[out] = 1;
    }
    ends[out + 1] = left.length;
  }
  return {
    candidates: { first: ends, rows: Int32Array.from(left, (entry) => rows[entry]!), lead, slack },
    evidence: { weight: Float64Array.from(left, (entry) => weight[entry]!), kind: Uint8Array.from(left, (entry) => kind[entry]!) },
    isNarrowed,
  };
}
