// The report for people: the verdict first; each claim with its count; each proof such that it can be pasted into Wireshark or opened in Jaeger.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { MAX_FINDINGS_TOLD } from "../../wire/limits.ts";
import { counted } from "../../wire/words.ts";
import type { ReportFormat, Writing } from "../report-format.ts";
import { writeBelongTogether } from "./belong-together.ts";
import { writeClosing } from "./closing.ts";
import { writeDetails } from "./details.ts";
import { writeEdges } from "./edges-table.ts";
import { findingGroups, writeBlock } from "./finding-block.ts";
import { writeHeadline } from "./headline.ts";
import { writeHealth } from "./health.ts";
import { writeHops } from "./hop-lines.ts";
import { dim } from "./line.ts";
import { writeNotJudged } from "./not-judged.ts";
import { writeNothingSeen } from "./nothing-seen.ts";
import { Page } from "./page.ts";
import { writeUnjudged } from "./unjudged.ts";

export const text: ReportFormat = {
  name: "text",
  *write(inspection, options, sink) {
    const page = new Page(options, sink);
    writeHeadline(inspection, page);
    if (!inspection.isJudged) yield* writeUnjudged(inspection, page);
    else if (inspection.graph.table.size === 0) writeNothingSeen(inspection, page);
    else yield* writeJudged(inspection, page);
    writeDetails(inspection, page);
  },
};

function* writeJudged(inspection: Inspection, page: Page): Writing {
  const { findings } = inspection.diagnosis;
  const isFaulty = findings.some(({ severity }) => severity !== "note");
  if (!isFaulty) writeHealth(inspection, page);
  for (const group of findingGroups(findings.slice(0, MAX_FINDINGS_TOLD))) {
    writeBlock(group, inspection, page);
    yield;
  }
  const more = findings.length - MAX_FINDINGS_TOLD;
  if (more > 0) {
    page.gap();
    page.line(dim(`and ${counted(more, "more finding")}: --format json`));
  }
  if (findings.length > 0 || page.options.isVerbose) writeEdges(inspection, page);
  writeBelongTogether(inspection, page);
  yield* writeHops(inspection, page);
  writeNotJudged(inspection, page, findings.length === 0 && page.options.hops === "none" && !page.options.isVerbose);
  if (findings.length > 0) writeClosing(inspection, page);
}
