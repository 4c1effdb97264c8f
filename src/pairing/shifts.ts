// What chance alone would do is told by moving calls along the time axis: their pattern stays, their tie to requests goes.

/** How far calls are moved: parts of the whole time, unrelated to one another. */
export const SHIFTS: readonly number[] = [0.137, 0.291, 0.423, 0.569, 0.701, 0.853];

/** Place of the last number at or before `at`, or -1. */
export function lastAtOrBefore(sorted: Float64Array, at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
