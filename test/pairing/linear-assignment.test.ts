import fc from "fast-check";
import { expect, test } from "vitest";
import { LinearAssignment } from "../../src/pairing/linear-assignment.ts";

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((shorter) => Array.from({ length: n }, (_, at) => shorter.toSpliced(at, 0, n - 1)));
}

const costOf = (cost: ArrayLike<number>, n: number, columnOf: ArrayLike<number>) =>
  Array.from({ length: n }, (_, row) => cost[row * n + columnOf[row]!]!).reduce((sum, each) => sum + each, 0);

test("no other way to deal columns out costs less", () => {
  const solver = new LinearAssignment(6);
  const columnOf = new Int32Array(6);
  const squares = fc
    .integer({ min: 1, max: 6 })
    .chain((n) => fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: n * n, maxLength: n * n }));
  fc.assert(
    fc.property(squares, (values) => {
      const n = Math.sqrt(values.length);
      solver.solve(Float64Array.from(values), n, columnOf);
      expect(new Set(columnOf.subarray(0, n)).size).toBe(n);
      const least = Math.min(...permutations(n).map((other) => costOf(values, n, other)));
      expect(costOf(values, n, columnOf)).toBeCloseTo(least, 3);
    }),
  );
});
