import { describe, expect, it } from "vitest";
import { TextBudget } from "../../src/hops/text-budget.ts";
import { MAX_LONG_PATHS, MAX_TRACE_TEXT, MAX_USUAL_PATH } from "../../src/wire/limits.ts";

describe("TextBudget", () => {
  it("cuts long paths when all that may be kept are kept, and says so once", () => {
    const said: string[] = [];
    const budget = new TextBudget((message) => said.push(message));
    const long = `/${"a".repeat(8_000)}`;
    const kept = Math.floor(MAX_LONG_PATHS / long.length);
    for (let i = 0; i < kept; i++) expect(budget.path(long)).toBe(long);
    expect(said).toEqual([]);
    expect(budget.path(long)).toBe(long.slice(0, MAX_USUAL_PATH));
    expect(budget.path(long)).toHaveLength(MAX_USUAL_PATH);
    expect(budget.path("/orders/17")).toBe("/orders/17");
    expect(said).toHaveLength(1);
  });

  it("has no room for fields beyond the cap, and for smaller ones as long as there is", () => {
    const said: string[] = [];
    const budget = new TextBudget((message) => said.push(message));
    const field = { name: "tracestate", value: "v".repeat((MAX_TRACE_TEXT >> 2) - 10) };
    expect([1, 2, 3, 4].map(() => budget.takesFields([field]))).toEqual([true, true, true, true]);
    expect(budget.takesFields([{ name: "b3", value: "0" }])).toBe(false);
    expect(budget.takesFields([{ name: "b3", value: "0" }])).toBe(false);
    expect(said).toHaveLength(1);
  });
});
