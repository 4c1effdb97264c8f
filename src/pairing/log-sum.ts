/** Logarithm of the sum of two numbers that are given as logarithms; one of them at least must be finite. */
export function logSum(a: number, b: number): number {
  return a < b ? b + Math.log1p(Math.exp(a - b)) : a + Math.log1p(Math.exp(b - a));
}
