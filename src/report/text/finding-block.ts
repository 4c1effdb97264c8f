// One root cause: what is wrong, where on the way of the requests, why, what to change, and the proof.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Severity } from "../../diagnosis/verdict.ts";
import { groupBy } from "../../wire/group-by.ts";
import { chainOf, drawChain } from "./chain.ts";
import { bold, dim, type Piece, type Style, styled, widthOf } from "./line.ts";
import { LABEL_COLUMN, type Page } from "./page.ts";
import { writeProof } from "./proof.ts";
import { nameAndAddress, whyOf } from "./why.ts";
import { confidenceWord } from "./words.ts";

const SYMBOLS: Record<Severity, string> = { error: "✖", warning: "▲", note: "·" };
const STYLES: Record<Severity, Style> = { error: "red", warning: "yellow", note: "plain" };
const CHAIN_INDENT = "    ";
const MAX_OTHER_CAUSES = 3;

/** Findings that share a group, in the order of gravity of each group's gravest. */
export function findingGroups(findings: readonly Finding[]): Finding[][] {
  return [...groupBy(findings, ({ group }) => group).values()];
}

export function symbolOf({ verdict, severity }: Finding): Piece {
  return verdict === "not-observable" ? styled("cyan", "?") : styled(STYLES[severity], SYMBOLS[severity]);
}

export function writeBlock(group: readonly Finding[], inspection: Inspection, page: Page): void {
  page.gap();
  for (const finding of group) page.text(2, symbolOf(finding), " ", bold(finding.message));
  const [first] = group;
  if (first === undefined) return;
  page.text(2, dim(`  ${classOf(group)}`));
  if (first.severity === "note") {
    writeNote(first, inspection, page);
    return;
  }
  writeChain(first, inspection, page);
  page.gap();
  // What a note would add is not what is wrong here.
  const grave = group.filter(({ severity }) => severity !== "note");
  writeReasons(grave, inspection, page);
  for (const fix of new Set(grave.map((finding) => finding.fix))) writeFix(fix, page);
  writeProof(first, inspection, page);
}

/** `stripped · proxy-drops-header · certain · culprit ingress (10.7.0.24:80), proxy`. */
function classOf(group: readonly Finding[]): string {
  const { culprit, cause, confidence, otherCauses } = group[0]!;
  const verdicts = [...new Set(group.map((finding) => finding.verdict))].join(", ");
  const why = cause === "unknown" ? (otherCauses.length > 0 ? "cause not proven" : "cause unknown") : cause;
  const role = culprit === undefined || culprit.role === "unknown" ? "" : `, ${culprit.role}`;
  const pod = culprit?.pod === undefined || culprit.pod === culprit.name ? "" : `, pod ${culprit.pod}`;
  const who = culprit === undefined ? [] : [`${nameAndAddress(culprit)}${role}${pod}`];
  return [verdicts, why, confidenceWord(confidence), ...who].join(" · ");
}

function writeNote(finding: Finding, inspection: Inspection, page: Page): void {
  if (finding.verdict === "not-observable" && finding.detail !== "") page.text(2, `  The first of them: ${finding.detail}.`);
  if (finding.fix !== "")
    page.text(2, `  ${finding.verdict === "not-observable" ? `To see it: ${decapitalize(finding.fix)}` : finding.fix}`);
  if (page.options.isVerbose) writeProof(finding, inspection, page);
}

function decapitalize(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function writeChain(finding: Finding, inspection: Inspection, page: Page): void {
  const chain = chainOf(finding, inspection);
  if (chain === undefined) return;
  const { before, arrow, behind, mark } = drawChain(chain, page.options.width - CHAIN_INDENT.length);
  const style = STYLES[finding.severity];
  page.gap();
  page.line(CHAIN_INDENT, before, styled(style, arrow), behind);
  const caption = "(with context/all)";
  if (CHAIN_INDENT.length + widthOf(mark) + 3 + caption.length <= page.options.width)
    page.line(CHAIN_INDENT, styled(style, mark), dim(`   ${caption}`));
  else {
    page.line(CHAIN_INDENT, styled(style, mark));
    page.line(CHAIN_INDENT, dim(caption));
  }
}

function writeReasons(group: readonly Finding[], inspection: Inspection, page: Page): void {
  let label = "Why";
  for (const finding of group) {
    for (const [i, reason] of whyOf(finding, inspection).entries()) {
      page.labelled(label, i === 0 ? introduced(reason, subjectOf(finding, group)) : reason);
      label = "";
    }
  }
  writeOtherCauses(group, page);
}

/** Which of several findings a reason is of: what tells it from the others. */
function subjectOf({ verdict, edge }: Finding, group: readonly Finding[]): string {
  if (group.length === 1) return "";
  if (group.every((other) => other.verdict === verdict)) return edge === undefined ? "" : `${edge.from} → ${edge.to}: `;
  return group.filter((other) => other.verdict === verdict).length === 1 || edge === undefined
    ? `${verdict}: `
    : `${verdict}, ${edge.from} → ${edge.to}: `;
}

function introduced(reason: string, subject: string): string {
  return subject === "" ? reason : `${subject}${decapitalize(reason)}`;
}

function writeOtherCauses(group: readonly Finding[], page: Page): void {
  const { cause, confidence } = group[0]!;
  const others = group.flatMap((finding) => finding.otherCauses).filter((other) => other.cause !== cause);
  const distinct = others.filter((other, i) => others.findIndex((o) => o.cause === other.cause) === i);
  if (distinct.length === 0) return;
  const isProven = cause !== "unknown";
  if (isProven && confidence >= 0.95 && !page.options.isVerbose) return;
  const shown = page.options.isVerbose ? distinct : distinct.slice(0, MAX_OTHER_CAUSES);
  // That one replica does it says who, and these say what.
  if (cause === "one-backend-of-many") page.labelled("What", "it does there:");
  else page.labelled(isProven ? "Or" : "Cause", isProven ? "less likely, best first:" : "not proven; what remains possible, best first:");
  for (const { cause: other, because } of shown) page.text(LABEL_COLUMN + 2, " ".repeat(LABEL_COLUMN), "· ", bold(other), `: ${because}`);
}

/** A fix may hold lines of configuration: they stay as they are. */
function writeFix(fix: string, page: Page): void {
  let label = "Fix";
  for (const line of fix.split("\n")) {
    if (line.trim() === "") continue;
    if (line.startsWith(" ")) page.line(" ".repeat(LABEL_COLUMN), line);
    else page.labelled(label, line);
    label = "";
  }
}
