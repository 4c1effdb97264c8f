// `--hops all`: one exchange after the other, with every trace field as it was on the wire and what was judged.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Hop } from "../../hops/hop.ts";
import { counted } from "../../wire/words.ts";
import { captureNames, frameOf } from "../capture-names.ts";
import { arrow, shownFields } from "../evidence.ts";
import type { Writing } from "../report-format.ts";
import { shownHops } from "../shown-hops.ts";
import { bold, dim, type Piece, styled, widthOf } from "./line.ts";
import type { Page } from "./page.ts";
import { clockTime, shorten } from "./words.ts";

const LONGEST_VALUE = 160;
/** ` #12345` */
const FRAME_DIGITS = 7;

export function* writeHops(inspection: Inspection, page: Page): Writing {
  const { hops: which, isTerminal, isVerbose } = page.options;
  if (which === "none") return;
  const hops = shownHops(inspection, page.options);
  const nameOf = captureNames(inspection);
  page.gap();
  page.line(bold(`${which === "all" ? "All" : "Affected"} exchanges`), dim(`  ${counted(hops.length, "exchange")}, times in UTC`));
  const widest = inspection.captures.reduce((most, _, i) => Math.max(most, widthOf(nameOf(i))), 0) + FRAME_DIGITS;
  for (const hop of hops) {
    page.text(4, ...head(hop, inspection, frameOf(hop, nameOf).padEnd(widest)));
    for (const [name, value] of shownFields(hop, page.options))
      page.line(`      ${name}: ${isTerminal ? shorten(value, LONGEST_VALUE) : value}`);
    if (isVerbose) writeParent(hop, inspection, nameOf, page);
    yield;
  }
}

function head(hop: Hop, inspection: Inspection, frame: string): Piece[] {
  const { diagnosis } = inspection;
  const findings = (diagnosis.findingsOf.get(hop.index) ?? []).flatMap((index) => diagnosis.findings[index] ?? []);
  return [
    bold(frame),
    `  ${clockTime(hop.startedAt)}  ${arrow(hop, inspection)}  ${hop.method} ${hop.path}  ${hop.status ?? "no answer"}  `,
    ...(inspection.isJudged ? judged(hop, findings) : seen(hop)),
  ];
}

function seen({ purpose, observed, reading }: Hop): Piece[] {
  if (purpose !== "work") return [dim(`(${purpose})`)];
  if (observed !== "full") return [dim(observed === "partial" ? "head cut" : "head not captured")];
  return reading.fields.length === 0 ? [dim("no trace field")] : [];
}

function judged({ purpose, observed, reading }: Hop, findings: readonly Finding[]): Piece[] {
  if (purpose !== "work") return [dim(`(${purpose})`)];
  const cut = observed === "full" ? [] : [dim(observed === "partial" ? " head cut" : " head not captured")];
  const verdicts = [...new Set(findings.map((finding) => finding.verdict))].join(", ");
  if (verdicts !== "") {
    const isGrave = findings.some((finding) => finding.severity !== "note");
    return [isGrave ? styled("red", `✖ ${verdicts}`) : dim(`· ${verdicts}`), ...cut];
  }
  return [dim(reading.fields.length === 0 ? "no trace field" : "ok"), ...cut];
}

function writeParent(hop: Hop, { graph, diff }: Inspection, nameOf: (capture: number) => string, page: Page): void {
  const parent = hop.parent === undefined ? undefined : graph.table.hop(hop.parent.hop);
  if (parent !== undefined && hop.parent !== undefined)
    page.line(dim(`      caused by ${frameOf(parent, nameOf)}: ${hop.parent.because} (${hop.parent.confidence.toFixed(2)})`));
  else if (hop.candidates.length > 0) page.line(dim(`      ${counted(hop.candidates.length, "request")} could have caused it`));
  const { client, clientBy, server, serverBy } = diff.matches.get(hop.index) ?? {};
  if (client !== undefined) page.line(dim(`      CLIENT span ${client.spanId} (by ${clientBy})`));
  if (server !== undefined) page.line(dim(`      SERVER span ${server.spanId} (by ${serverBy})`));
}
