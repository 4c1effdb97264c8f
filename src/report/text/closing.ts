// The last lines: how much was found, and two commands that can be pasted.

import { firstShown } from "../../diagnosis/exemplars.ts";
import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import { counted } from "../../wire/words.ts";
import { countFindings, traceIdsOnWire } from "../summary.ts";
import { dim } from "./line.ts";
import type { Page } from "./page.ts";
import { shellWord } from "./words.ts";

export function writeClosing(inspection: Inspection, page: Page): void {
  const { error, warning, note } = countFindings(inspection.diagnosis);
  page.gap();
  page.line([counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", "), dim(" · more:"));
  const first = inspection.diagnosis.findings[0];
  if (first !== undefined) page.line(`  traceinspect explain ${first.rule}`);
  const command = traceCommand(inspection, page);
  if (command !== undefined) page.line(`  ${command}`);
}

/** The trace that should have gone on: there the fault shows from its beginning. */
function exampleTrace(finding: Finding | undefined): string | undefined {
  const exemplar = finding === undefined ? undefined : firstShown(finding.exemplars);
  const before = exemplar?.fault.parent ?? exemplar?.judgement.hop;
  return before?.traceIds[0] ?? finding?.traceIds[0];
}

function traceCommand({ diagnosis, graph }: Inspection, { options }: Page): string | undefined {
  const traceId = exampleTrace(diagnosis.findings[0]) ?? firstOf(traceIdsOnWire(graph));
  if (traceId === undefined) return undefined;
  const { captures, inputs } = options.commandLine;
  if (captures.length === 0) return undefined;
  const words = ["traceinspect trace", traceId, ...shortCaptures(captures), ...(inputs === "" ? [] : [inputs])];
  return words.join(" ");
}

function firstOf(texts: Iterable<string>): string | undefined {
  for (const text of texts) return text;
  return undefined;
}

/** Captures of one folder share its name: `pods/{client,ingress}.pcap`, as bash, zsh and fish expand it. */
function shortCaptures(captures: readonly string[]): readonly string[] {
  const [first = ""] = captures;
  const folder = first.slice(0, first.lastIndexOf("/") + 1);
  const names = captures.map((path) => path.slice(folder.length));
  if (captures.length < 2 || folder === "" || !captures.every((path) => path.startsWith(folder))) return captures.map(shellWord);
  if (names.some((name) => !/^[\w.-]+$/.test(name))) return captures.map(shellWord);
  return [`${shellWord(folder)}{${names.join(",")}}`];
}
