import type { CatalogueEntry } from "../src/diagnosis/coverings.ts";
import type { Advice } from "../src/diagnosis/fixes.ts";
import type { Rule } from "../src/diagnosis/rule.ts";
import type { Cause, Verdict } from "../src/diagnosis/verdict.ts";

export interface RulesPage {
  readonly rules: readonly Rule[];
  readonly catalogue: readonly CatalogueEntry[];
  readonly causesOf: (verdict: Verdict) => readonly Cause[];
  readonly adviceFor: (cause: Cause) => Advice | undefined;
  readonly adviceMarkdown: (lines: readonly string[], between: "\n") => string;
}
export function renderRulesPage(page: RulesPage): string;
