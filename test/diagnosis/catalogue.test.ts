// The catalogue claims no more than tests show: every line names a case that fires with its rule and cause, or one that stays quiet.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/diagnosis/catalogue.ts";
import type { CatalogueEntry } from "../../src/diagnosis/coverings.ts";
import { rules } from "../../src/diagnosis/registry.ts";
import { ruleCases } from "./cases/registry.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const testFiles = readdirSync(ROOT, { recursive: true }).map(String);
const WAYS = 78;
const SIGNS = 16;

function casesOf(rule: string) {
  return ruleCases.find((cases) => cases.rule === rule);
}

/** `file.test.ts: name of a test`: a test of that file is called so, or a row of a table of tests; what is skipped or commented out shows nothing. */
function isInFile(shownBy: string): boolean {
  const [file = ""] = shownBy.split(": ", 1);
  const name = shownBy.slice(file.length + 2);
  const path = testFiles.find((each) => each.endsWith(`/${file}`));
  if (path === undefined || name === "") return false;
  const tests = readFileSync(`${ROOT}${path}`, "utf8").matchAll(/^\s*(?:(?:it|test)\(|\[)\s*(["'`])(.*?)\1,/gm);
  return [...tests].some(([, , called]) => called === name);
}

describe("the catalogue", () => {
  it("has every way and every sign once, in order", () => {
    const ways = Array.from({ length: WAYS }, (_, i) => `F-${String(i + 1).padStart(2, "0")}`);
    const signs = Array.from({ length: SIGNS }, (_, i) => `R${i + 1}`);
    expect(catalogue.map(({ id }) => id)).toEqual([...ways, ...signs]);
  });

  it("says of each what covers it, that it is no fault, or why nothing is said", () => {
    for (const { id, by, quiet, but, what } of catalogue) {
      expect(what.length, id).toBeGreaterThan(10);
      expect(by.length > 0 || quiet !== undefined || (but !== undefined && but !== ""), id).toBe(true);
    }
  });
});

describe.each(catalogue.map((entry) => [entry.id, entry] as const))("%s", (_, { by, quiet }: CatalogueEntry) => {
  it("is shown by tests", () => {
    for (const { rule, cause, shownBy } of by) {
      const verdict = rules.find(({ id }) => id === rule)?.verdict;
      expect(verdict, rule).toBeDefined();
      if (shownBy.includes(".test.ts: ")) {
        expect(isInFile(shownBy), shownBy).toBe(true);
        continue;
      }
      const shown = casesOf(rule);
      const found = [...(shown?.fires ?? []), ...(shown?.staysQuiet ?? [])].find(({ name }) => name === shownBy);
      expect(
        found?.says.some((line) => line.includes(` ${verdict}: `) && line.endsWith(`, ${cause}`)),
        `${rule}: ${shownBy}`,
      ).toBe(true);
    }
    if (quiet === undefined) return;
    if (quiet.includes(".test.ts: ")) {
      expect(isInFile(quiet), quiet).toBe(true);
      return;
    }
    const [rule = ""] = quiet.split(": ", 1);
    const name = quiet.slice(rule.length + 2);
    expect(
      casesOf(rule)?.staysQuiet.some((one) => one.name === name),
      quiet,
    ).toBe(true);
  });
});
