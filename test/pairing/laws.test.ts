// What holds for any traffic at all.

import fc from "fast-check";
import { expect, test } from "vitest";
import { pairTraffic } from "../../src/pairing/pair-traffic.ts";
import { NOBODY, OPEN, type Requests, type Traffic } from "../../src/pairing/traffic.ts";

interface Row {
  readonly at: number;
  readonly took: number;
  readonly route: number;
  readonly value: number;
}

/** Times are all different, as those of packets nearly are: what is equal in everything may change places. */
const rows = (max: number) =>
  fc.uniqueArray(
    fc.record({
      at: fc.integer({ min: 0, max: 200_000 }),
      took: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constant(Number.NaN)),
      route: fc.integer({ min: 0, max: 3 }),
      value: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: max, selector: ({ at }) => at },
  );

function columns(all: readonly Row[]): Requests {
  const values = Int32Array.from(all, ({ value }) => value);
  return {
    startedAt: Float64Array.from(all, ({ at }) => at),
    endedAt: Float64Array.from(all, ({ at, took }) => at + took),
    route: Int32Array.from(all, ({ route }) => route),
    requestId: values,
    target: values,
    bodyLength: values,
    connection: values,
    status: values.map((value) => value * 200),
  };
}

const trafficOf = (ins: readonly Row[], outs: readonly Row[]): Traffic => ({ incoming: columns(ins), outgoing: columns(outs) });

/** A call may seem to begin before its cause by no more than this, µs: the widest slack that is ever learnt. */
const TOLERANCE = 500;

test("answers are deterministic, within bounds and in time", () => {
  fc.assert(
    fc.property(rows(25), rows(25), fc.integer(), (ins, outs, seed) => {
      const traffic = trafficOf(ins, outs);
      const pairing = pairTraffic(traffic, { seed });
      expect(pairTraffic(traffic, { seed })).toEqual(pairing);
      expect(pairing.left).toBe(0);
      outs.forEach((out, row) => {
        const parent = pairing.parent[row]!;
        expect(parent === NOBODY || (parent >= 0 && parent < ins.length)).toBe(true);
        expect(pairing.probability[row]).toBeGreaterThanOrEqual(0);
        expect(pairing.probability[row]).toBeLessThanOrEqual(1);
        const others = pairing.alternatives.get(row) ?? [];
        let sum = pairing.probability[row]!;
        for (const other of others) {
          expect(other.parent).not.toBe(parent);
          expect(other.probability).toBeGreaterThan(0);
          sum += other.probability;
        }
        expect(sum).toBeLessThan(1.2);
        if (parent !== NOBODY) expect(ins[parent]!.at).toBeLessThanOrEqual(out.at + TOLERANCE);
      });
    }),
    { numRuns: 30 },
  );
});

test("the order of rows says nothing", () => {
  fc.assert(
    fc.property(rows(20), rows(20), fc.integer(), (ins, outs, by) => {
      const turn = <T>(list: readonly T[]): T[] => {
        const at = list.length === 0 ? 0 : Math.abs(by) % list.length;
        return [...list.slice(at), ...list.slice(0, at)].reverse();
      };
      const parents = (a: readonly Row[], b: readonly Row[]) => {
        const { parent, probability } = pairTraffic(trafficOf(a, b));
        return new Map(b.map((out, row) => [out.at, [parent[row]! < 0 ? parent[row] : a[parent[row]!]!.at, probability[row]]]));
      };
      const straight = parents(ins, outs);
      for (const [at, found] of parents(turn(ins), turn(outs))) expect(found).toEqual(straight.get(at));
    }),
    { numRuns: 20 },
  );
});

test("a small budget is kept, and what it leaves out is said", () => {
  fc.assert(
    fc.property(rows(25), rows(25), fc.integer({ min: 0, max: 20_000 }), (ins, outs, budget) => {
      const { parent, left, because } = pairTraffic(trafficOf(ins, outs), { budget });
      expect([...parent].filter((row) => row === OPEN)).toHaveLength(left);
      expect(because.filter((reason) => reason === "not scored")).toHaveLength(left);
      if (budget === 0) expect(because).not.toContain("timing");
    }),
    { numRuns: 20 },
  );
});
