#!/usr/bin/env node
// Writes docs/rules.md from the compiled rules (build/, see build.mjs). test/rules-page.test.ts says when the page is old.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderRulesPage } from "./rules-page.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
execFileSync(process.execPath, [`${root}scripts/build.mjs`], { cwd: root, stdio: ["ignore", process.stderr, process.stderr] });
const [{ rules }, { catalogue }, { adviceFor }, { adviceMarkdown }, { causesOfVerdict }] = await Promise.all(
  [
    "diagnosis/registry.js",
    "diagnosis/catalogue.js",
    "diagnosis/fixes.js",
    "diagnosis/advice-markdown.js",
    "commands/explain-topics.js",
  ].map((file) => import(new URL(`../build/${file}`, import.meta.url))),
);
writeFileSync(`${root}docs/rules.md`, renderRulesPage({ rules, catalogue, causesOf: causesOfVerdict, adviceFor, adviceMarkdown }));
