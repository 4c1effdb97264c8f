// From requests on the wire to parents: what ids leave open is inferred, what they tell stays.

import { describe, expect, test } from "vitest";
import { pairHops } from "../../src/pairing/pair-hops.ts";
import { look, request, times, traceparent } from "../diagnosis/build-view.ts";

describe("parents of hops", () => {
  /** Two requests at a time at orders; each calls stock 10 ms after it came in and answers 10 ms after stock did. */
  const requests = times(40, (n) => {
    const at = 1_000 * n;
    return [
      request("frontend → orders", { at, until: at + 120, target: `/a/${n}`, fields: [traceparent(2 * n + 1, 2 * n + 1)] }),
      request("frontend → orders", { at: at + 5 * (n % 2), until: at + 170, target: `/b/${n}` }),
      request("orders → stock", { at: at + 10, until: at + 110, target: `/reserve/${n}` }),
    ];
  });

  test("what neither ids nor the same request tell is inferred, and says so", () => {
    const { view } = look({ requests });
    const hops = view.table.all();
    const before = hops.map(({ candidates }) => [...candidates]);
    const { sought, left } = pairHops(view.table);
    expect(sought).toBe(40);
    expect(left).toBe(0);
    const calls = hops.filter(({ path }) => path.startsWith("/reserve"));
    const right = calls.filter(({ parent, path }) => parent !== undefined && hops[parent.hop]!.path === path.replace("reserve", "a"));
    expect(right.length).toBeGreaterThanOrEqual(36);
    for (const { parent, index, candidates } of calls) {
      if (parent === undefined) continue;
      expect(["only candidate", "timing"]).toContain(parent.because);
      expect(parent.confidence).toBeLessThanOrEqual(1);
      expect(before[index]).toContain(parent.hop);
      expect(candidates[0]).toBe(parent.hop);
      expect(candidates.every((candidate) => before[index]!.includes(candidate))).toBe(true);
    }
  });

  test("a parent that an id tells is left alone", () => {
    const told = times(10, (n) => [
      request("frontend → orders", { at: 1_000 * n, until: 1_000 * n + 120, fields: [traceparent(n + 1, 1)] }),
      request("orders → stock", { at: 1_000 * n + 10, until: 1_000 * n + 110, fields: [traceparent(n + 1, 2)] }),
    ]);
    const { view } = look({ requests: told });
    const before = view.table.all().map(({ parent }) => parent);
    expect(pairHops(view.table)).toEqual({ sought: 0, left: 0 });
    expect(view.table.all().map(({ parent }) => parent)).toEqual(before);
  });

  test("where nothing was open there is nothing to infer", () => {
    const { view } = look({ requests: [request("orders → stock", { at: 0, until: 10 })] });
    pairHops(view.table);
    expect(view.table.all()[0]?.parent).toBeUndefined();
  });
});
