import { describe, expect, it } from "vitest";
import { look } from "./build-view.ts";
import type { Case, RuleCases } from "./cases/case.ts";
import { ruleCases } from "./cases/registry.ts";

describe.each(ruleCases)("$rule", ({ rule, fires, staysQuiet }: RuleCases) => {
  describe("fires", () => {
    for (const wanted of fires) {
      check(wanted, () => {
        const seen = look(wanted.world);
        expect(seen.said).toEqual(wanted.says);
        expect(seen.findings.map((finding) => finding.rule)).toContain(rule);
      });
    }
  });

  describe("stays quiet", () => {
    for (const wanted of staysQuiet) {
      check(wanted, () => {
        const seen = look(wanted.world);
        expect(seen.said).toEqual(wanted.says);
        const blaming = seen.findings.filter((finding) => finding.rule === rule && finding.severity !== "note");
        expect(blaming).toEqual([]);
      });
    }
  });
});

function check({ name, failsBecause }: Case, test: () => void): void {
  if (failsBecause === undefined) it(name, test);
  else it.fails(`${name} (known not to hold yet: ${failsBecause})`, test);
}
