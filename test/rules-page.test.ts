import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { renderRulesPage } from "../scripts/rules-page.mjs";
import { causesOfVerdict } from "../src/commands/explain-topics.ts";
import { adviceMarkdown } from "../src/diagnosis/advice-markdown.ts";
import { catalogue } from "../src/diagnosis/catalogue.ts";
import { adviceFor } from "../src/diagnosis/fixes.ts";
import { rules } from "../src/diagnosis/registry.ts";

it("docs/rules.md says what the rules say (else: npm run docs)", () => {
  const page = renderRulesPage({ rules, catalogue, causesOf: causesOfVerdict, adviceFor, adviceMarkdown });
  expect(readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8") === page, "run npm run docs").toBe(true);
});
