import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenChains } from "../../src/hops/open-chains.ts";

describe("OpenChains", () => {
  const step = fc.record({ host: fc.nat(2), key: fc.nat(3), after: fc.nat(5), lasts: fc.nat(400) });

  it("finds what is open, the newest first, as a list of all would", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 3_000 }), fc.integer({ min: 1, max: 40 }), (steps, room) => {
        const ends: number[] = [];
        const all: { readonly host: number; readonly key: number; readonly hop: number }[] = [];
        const chains = new OpenChains((hop, at) => at > ends[hop]!);
        const found = new Int32Array(room);
        let at = 0;
        for (const { host, key, after, lasts } of steps) {
          at += after;
          const expected = all.filter((one) => one.host === host && one.key === key && at <= ends[one.hop]!).map(({ hop }) => hop);
          const count = chains.find(host, key, at, found);
          expect([...found.subarray(0, count)]).toEqual(expected.reverse().slice(0, room));
          const hop = ends.push(at + lasts) - 1;
          all.push({ host, key, hop });
          chains.put(host, key, hop, at);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("grows with what is open", () => {
    const chains = new OpenChains(() => false);
    for (let hop = 0; hop < 10_000; hop++) chains.put(hop % 7, hop >> 1, hop, hop);
    const found = new Int32Array(4);
    expect(chains.find(9_998 % 7, 4_999, 10_000, found)).toBe(1);
    expect(found[0]).toBe(9_998);
  });
});
