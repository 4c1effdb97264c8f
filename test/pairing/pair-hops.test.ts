// From requests on the wire to parents: what ids leave open is inferred, what they tell stays.

import { describe, expect, test } from "vitest";
import { FULL_EFFORT, pairHops } from "../../src/pairing/pair-hops.ts";
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

  test("what the budget does not reach is counted and stays open", () => {
    const { view } = look({ requests });
    const before = view.table.all().map(({ parent }) => parent);
    expect(pairHops(view.table, { ...FULL_EFFORT, budget: 0 })).toEqual({ sought: 40, left: 40 });
    expect(view.table.all().map(({ parent }) => parent)).toEqual(before);
    expect(pairHops(view.table, FULL_EFFORT)).toEqual({ sought: 40, left: 0 });
  });

  describe("not for its own sake", () => {
    const effort = { ...FULL_EFFORT, isForItsOwnSake: false };

    test("calls are paired where of several possible causes only some carried a context", () => {
      const { view } = look({ requests });
      expect(pairHops(view.table, effort)).toEqual({ sought: 40, left: 0 });
    });

    test.each([
      ["none carried one", []],
      ["each carried one", [1]],
    ])("they are not where %s", (_, carried) => {
      const alike = times(10, (n) => {
        const at = 1_000 * n;
        const fields = (id: number) => carried.map(() => traceparent(id, id));
        return [
          request("frontend → orders", { at, until: at + 120, target: `/a/${n}`, fields: fields(2 * n + 1) }),
          request("frontend → orders", { at: at + 1, until: at + 170, target: `/b/${n}`, fields: fields(2 * n + 2) }),
          request("orders → stock", { at: at + 10, until: at + 110, target: `/reserve/${n}` }),
        ];
      });
      const { view } = look({ requests: alike });
      const before = view.table.all().map(({ parent }) => parent);
      expect(pairHops(view.table, effort)).toEqual({ sought: 10, left: 10 });
      expect(view.table.all().map(({ parent }) => parent)).toEqual(before);
    });
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

  describe("of calls in a trace that was begun here", () => {
    /** Two requests at a time; each reads a row of its own id, and logs that behind its answer. */
    const served = (rowOf: (id: number) => number) =>
      times(40, (id) => {
        const at = 1_000 * Math.floor(id / 2) + 3 * (id % 2);
        const own = traceparent(500 + id, 1);
        return [
          request("frontend → orders", { at, until: at + 100, target: `/orders/${7_000 + id}` }),
          request("orders → stock", { at: at + 20, until: at + 40, target: `/rows/${rowOf(id)}`, fields: [own] }),
          request("orders → ingress", { at: at + 150, until: at + 160, method: "POST", target: "/log", fields: [own] }),
        ];
      });

    test("the id in the path tells one, and the trace the others", () => {
      const { view } = look({ requests: served((id) => 7_000 + id) });
      pairHops(view.table);
      const hops = view.table.all();
      const causes = (path: string) =>
        hops.filter((hop) => hop.path.startsWith(path)).map(({ parent }) => (parent === undefined ? "" : hops[parent.hop]!.path));
      expect(causes("/rows")).toEqual(
        hops.filter(({ path }) => path.startsWith("/rows")).map(({ path }) => path.replace("rows", "orders")),
      );
      expect(causes("/log")).toEqual(causes("/rows"));
    });

    test("a job that calls beside one request after another belongs to none of them", () => {
      const own = traceparent(900, 1);
      const { view } = look({
        requests: [
          ...times(6, (n) => [
            request("frontend → orders", { at: 1_000 * n, until: 1_000 * n + 100, target: `/orders/${n}` }),
            request("orders → stock", { at: 1_000 * n + 20, until: 1_000 * n + 40, target: "/stat", fields: [own] }),
          ]),
          request("orders → stock", { at: 9_000, until: 9_010, target: "/stat", fields: [own] }),
        ],
      });
      pairHops(view.table);
      const hops = view.table.all();
      const beside = hops.filter(({ path, startedAt }) => path === "/stat" && startedAt < hops.at(-1)!.startedAt);
      expect(new Set(beside.map(({ parent }) => parent?.hop)).size).toBe(6);
      expect(hops.at(-1)!.parent).toBeUndefined();
    });
  });
});
