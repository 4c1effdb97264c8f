// The text of docs/rules.md, from the rules, their advice and the catalogue. Pure: the page is the same wherever it is made.

const CELL_BREAK = "<br>";

export function renderRulesPage({ rules, catalogue, causesOf, adviceFor, adviceMarkdown }) {
  const covered = catalogue.filter(({ by }) => by.length > 0).length;
  const quiet = catalogue.filter((entry) => entry.by.length === 0 && entry.quiet !== undefined).length;
  return `${[
    "<!-- Made by scripts/write-rules.mjs from src/diagnosis/. Do not edit. -->",
    "# Rules",
    "",
    "What traceinspect can conclude, what it says of each known way to lose a trace, and what it does not say. `traceinspect explain <rule>` shows the same",
    "help on a terminal.",
    "",
    "| rule | verdict | gravest | what it says |",
    "| --- | --- | --- | --- |",
    ...rules.map(({ id, verdict, severity, summary }) => row(`[${id}](#${id})`, `\`${verdict}\``, severity, summary)),
    "",
    "## How contexts get lost",
    "",
    `${catalogue.length} entries: F for ways of losing a context, R for signs of one. ${covered} have a rule that says them, ${quiet} are no fault and kept quiet on purpose,`,
    `${catalogue.length - covered - quiet} are not covered. Each line is held by a test: of a finding a case where it fires, of quiet a case where nothing is said.`,
    "",
    "| | what happens | what says it | what is left open, or why nothing is said |",
    "| --- | --- | --- | --- |",
    ...catalogue.map((entry) => row(entry.id, entry.what, coveringCell(entry), entry.but ?? "")),
    "",
    ...rules.flatMap((rule) => ruleLines(rule, causesOf(rule.verdict), { adviceFor, adviceMarkdown })),
  ].join("\n")}\n`;
}

function row(...cells) {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function coveringCell({ by, quiet }) {
  if (by.length === 0) return quiet === undefined ? "**not covered**" : "no fault, kept quiet";
  const named = [...new Set(by.map(({ rule, cause }) => `[${rule}](#${rule}) \`${cause}\``))];
  return [...named, ...(quiet === undefined ? [] : ["or no fault"])].join(CELL_BREAK);
}

function ruleLines(rule, causes, { adviceFor, adviceMarkdown }) {
  return [
    `## ${rule.id}`,
    "",
    `${rule.summary} Verdict \`${rule.verdict}\`, at the gravest ${article(rule.severity)} ${rule.severity}.`,
    "",
    rule.help.trim().replaceAll(/^## /gm, "### "),
    "",
    "### Fixes in reports",
    "",
    ...causes.flatMap((cause) => causeLines(cause, adviceFor(cause), adviceMarkdown)),
  ];
}

function article(severity) {
  return severity === "error" ? "an" : "a";
}

/** What a report advises for a cause: for everybody, and for those it knows better. */
function causeLines(cause, advice, adviceMarkdown) {
  if (advice === undefined) return [];
  const texts = Object.entries(advice).map(([who, lines]) => `${who === "any" ? "" : `_${who}:_ `}${adviceMarkdown(lines, "\n")}`);
  return [`#### \`${cause}\``, "", ...texts.flatMap((text) => [text, ""])];
}
