// What a search may cost, in steps that are counted and not in time: equal input gives equal answers on any machine. What is too much is left out by
// hash, in pieces that have nothing to do with one another or little.

import { mix } from "../wire/mix.ts";
import type { Candidates } from "./candidates.ts";
import type { Rows } from "./rows.ts";

/** Calls of one component that are kept or left together. */
const PIECE = 512;
/**
 * Steps of the whole search for a call and each of its candidates, measured: some for the call itself, and more with the square of the calls that a request
 * makes, since those of two requests are dealt out together.
 */
const STEPS_EACH = 200;
const STEPS_BY_SQUARE = 12;

/** Marks the calls that are left out, so that the rest costs no more than `budget`. */
export function leaveOut(rows: Rows, { first, rows: candidate }: Candidates, isSettled: Uint8Array, budget: number): Uint8Array {
  const count = rows.outStart.length;
  const isLeft = new Uint8Array(count);
  const costs = new Float64Array(count);
  const callsEach = count / Math.max(1, rows.inStart.length);
  const stepsEach = STEPS_EACH + STEPS_BY_SQUARE * callsEach * callsEach;
  let total = 0;
  for (let out = 0; out < count; out++) {
    if (isSettled[out] === 1) continue;
    costs[out] = stepsEach * (first[out + 1]! - first[out]!);
    total += costs[out]!;
  }
  if (total <= budget) return isLeft;
  const pieces = new Map<number, { cost: number; readonly hash: number; readonly outs: number[] }>();
  const root = components(rows.inStart.length, count, first, candidate, isSettled);
  for (let out = 0; out < count; out++) {
    if (isSettled[out] === 1) continue;
    const key = root(candidate[first[out]!]!) * Math.ceil(count / PIECE) + Math.floor(out / PIECE);
    const piece = pieces.get(key) ?? { cost: 0, hash: mix(Math.round(rows.outStart[out]! - rows.outStart[0]!)), outs: [] };
    pieces.set(key, piece);
    piece.cost += costs[out]!;
    piece.outs.push(out);
  }
  let left = budget;
  for (const { cost, outs } of [...pieces.values()].sort((a, b) => a.hash - b.hash)) {
    left -= cost;
    if (left < 0) for (const out of outs) isLeft[out] = 1;
  }
  return isLeft;
}

/** Which requests are joined by calls that may belong to either: a union of sets, found by the one that stands for it. */
function components(
  requests: number,
  calls: number,
  first: Int32Array,
  candidate: Int32Array,
  isSettled: Uint8Array,
): (request: number) => number {
  const parent = new Int32Array(requests).map((_, row) => row);
  const root = (row: number): number => {
    let at = row;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (let out = 0; out < calls; out++) {
    if (isSettled[out] === 1) continue;
    for (let entry = first[out]! + 1; entry < first[out + 1]!; entry++) parent[root(candidate[entry]!)] = root(candidate[first[out]!]!);
  }
  return root;
}
