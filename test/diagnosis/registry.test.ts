import { describe, expect, it } from "vitest";
import { rules } from "../../src/diagnosis/registry.ts";
import { severities } from "../../src/diagnosis/verdict.ts";
import { ruleCases } from "./cases/registry.ts";

const HEADINGS = ["What it means", "Why it happens", "How to tell", "How to fix"];
const VERDICTS = "stripped truncated split malformed ignored unrecorded misattributed not-sampled not-observable".split(" ");

describe("the rules", () => {
  it("have ids of their own, in words and hyphens", () => {
    const ids = rules.map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it("give a verdict each, of the closed set", () => {
    const verdicts = rules.map((rule) => rule.verdict);
    expect(new Set(verdicts).size).toBe(verdicts.length);
    for (const verdict of verdicts) expect(VERDICTS).toContain(verdict);
  });

  it("have their cases, and no case is of a rule that is not there", () => {
    expect(ruleCases.map((cases) => cases.rule).sort()).toEqual(rules.map((rule) => rule.id).sort());
  });
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  it("has a summary of one sentence and a severity", () => {
    expect(rule.summary).toMatch(/^[A-Z].{20,120}\.$/);
    expect(severities).toContain(rule.severity);
  });

  it("explains itself under the four headings, in their order", () => {
    const headings = [...rule.help.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(HEADINGS);
    const parts = rule.help.split(/^## .*$/m).slice(1);
    for (const part of parts) expect(part.trim().length).toBeGreaterThan(80);
  });

  it("closes every code block and keeps its lines short enough to read", () => {
    expect([...rule.help.matchAll(/^```/gm)].length % 2).toBe(0);
    const lines = rule.help.split("\n");
    expect(lines.length).toBeLessThanOrEqual(150);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(140);
  });

  it("has cases where it fires and cases where it stays quiet, each under a name of its own", () => {
    const cases = ruleCases.find((entry) => entry.rule === id);
    expect(cases?.fires.filter((one) => one.failsBecause === undefined)).not.toHaveLength(0);
    expect(cases?.staysQuiet.filter((one) => one.failsBecause === undefined)).not.toHaveLength(0);
    for (const list of [cases?.fires ?? [], cases?.staysQuiet ?? []]) expect(new Set(list.map((one) => one.name)).size).toBe(list.length);
  });
});
