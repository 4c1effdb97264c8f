/** Of `length` things in order, the index of the first of which `isPast` holds, and of all behind it; `length` where it holds of none. */
export function firstPast(length: number, isPast: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
