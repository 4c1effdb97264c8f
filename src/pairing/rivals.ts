// Which requests have to do with one another: those that were served side by side, and those that come into question for one call.

import type { Problem } from "./problem.ts";

/** Most neighbours that are looked at for each request: where hundreds are served at a time the nearest say enough. */
const MAX_OVERLAPS = 64;
/** Requests between two for one call beyond which the two are no pair. */
const MAX_APART = 16;

/** For each request those that overlap it, both ways. */
export function overlapsOf({ inStart, inEnd }: Problem): number[][] {
  const overlaps: number[][] = Array.from({ length: inStart.length }, () => []);
  for (let row = 0; row < inStart.length; row++) {
    for (
      let later = row + 1, found = 0;
      later < inStart.length && inStart[later]! <= inEnd[row]! && found < MAX_OVERLAPS;
      later++, found++
    ) {
      overlaps[row]!.push(later);
      overlaps[later]!.push(row);
    }
  }
  return overlaps;
}

/** Requests that come into question for one call, two and two; those that began far apart leave it to requests in between. */
export function rivals({ first, candidate, inStart, isFixed }: Problem): Int32Array {
  const pairs = new Set<number>();
  const count = inStart.length;
  for (let out = 0; out < isFixed.length; out++) {
    if (isFixed[out] === 1) continue;
    for (let a = first[out]!; a < first[out + 1]!; a++) {
      for (let b = a + 1; b < first[out + 1]! && b <= a + MAX_APART; b++) pairs.add(candidate[a]! * count + candidate[b]!);
    }
  }
  const sorted = Float64Array.from(pairs).sort();
  const flat = new Int32Array(sorted.length * 2);
  for (let k = 0; k < sorted.length; k++) {
    flat[2 * k] = Math.floor(sorted[k]! / count);
    flat[2 * k + 1] = sorted[k]! % count;
  }
  return flat;
}
