import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PairTable } from "../../src/wire/pair-table.ts";

describe("PairTable", () => {
  it("holds what a Map holds, for any integers and beyond its first capacity", () => {
    const pair = fc.tuple(fc.integer(), fc.integer({ min: -4, max: 4 }), fc.nat(1_000_000));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3_000, size: "max" }), (entries) => {
        const table = new PairTable();
        const known = new Map<string, number>();
        for (const [a, b, value] of entries) {
          table.set(a, b, value);
          known.set(`${a} ${b}`, value);
        }
        for (const [a, b] of entries) expect(table.get(a, b)).toBe(known.get(`${a} ${b}`));
        expect(table.get(7, 5)).toBe(-1);
      }),
      { numRuns: 20 },
    );
  });

  it("takes unsigned words for the signed ones of the same bits", () => {
    const table = new PairTable();
    table.set(0xffff_ffff, 0x8000_0000, 3);
    expect(table.get(-1, 0x8000_0000 | 0)).toBe(3);
  });
});
