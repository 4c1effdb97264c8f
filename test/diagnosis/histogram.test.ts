import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/diagnosis/histogram.ts";
import { MAX_FEATURE_BUCKETS } from "../../src/wire/limits.ts";

const of = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
};
const plain = ({ width, counts }: Histogram) => ({ width, counts: [...counts].sort(([a], [b]) => a - b) });
const values = fc.array(fc.integer({ min: 0, max: 2_000_000_000_000 }), { maxLength: 60 });

describe("Histogram", () => {
  it("is the same whatever came first, and however it was added up", () => {
    fc.assert(
      fc.property(values, values, (some, more) => {
        const whole = plain(of([...some, ...more]));
        expect(plain(of([...more, ...some]))).toEqual(whole);
        const sum = of(some);
        sum.addAll(of(more));
        expect(plain(sum)).toEqual(whole);
      }),
    );
  });

  it("keeps every value, in few buckets", () => {
    fc.assert(
      fc.property(values, (all) => {
        const { counts } = of(all);
        expect([...counts.values()].reduce((a, b) => a + b, 0)).toBe(all.length);
        const buckets = [...counts.keys()];
        if (buckets.length > 0) expect(Math.max(...buckets) - Math.min(...buckets)).toBeLessThan(MAX_FEATURE_BUCKETS);
      }),
    );
  });

  it("tells single values apart while they lie close", () => {
    expect(plain(of([7, 7, 1_000]))).toEqual({
      width: 1,
      counts: [
        [7, 2],
        [1_000, 1],
      ],
    });
  });
});
