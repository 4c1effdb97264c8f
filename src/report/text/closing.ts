// The last lines: how much was found, and two commands that can be pasted.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { summarize } from "../summary.ts";
import { dim } from "./line.ts";
import type { Page } from "./page.ts";
import { counted, shellWord } from "./words.ts";

/** More captures than this, all in one folder, are named by their folder. */
const MAX_CAPTURES_NAMED = 4;

export function writeClosing(inspection: Inspection, page: Page): void {
  const { error, warning, note } = summarize(inspection).findings;
  page.gap();
  page.line([counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", "), dim(" · more:"));
  const first = inspection.diagnosis.findings[0];
  if (first !== undefined) page.line(`  traceinspect explain ${first.rule}`);
  const command = traceCommand(inspection, page);
  if (command !== undefined) page.line(`  ${command}`);
}

export function traceCommand({ diagnosis, graph }: Inspection, { options }: Page): string | undefined {
  const traceId =
    diagnosis.findings[0]?.traceIds[0] ?? graph.hops.find((hop) => hop.reading.context !== undefined)?.reading.context?.traceId;
  if (traceId === undefined) return undefined;
  const { captures, backend } = options.commandLine;
  const words = ["traceinspect trace", traceId, ...shortCaptures(captures).map(shellWord), ...(backend === "" ? [] : [backend])];
  return words.join(" ");
}

function shortCaptures(captures: readonly string[]): readonly string[] {
  if (captures.length <= MAX_CAPTURES_NAMED) return captures;
  const folders = new Set(captures.map((path) => path.slice(0, path.lastIndexOf("/"))));
  const [folder] = folders;
  return folders.size === 1 && folder !== undefined && folder !== "" ? [folder] : captures;
}
