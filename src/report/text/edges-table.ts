// `Propagation by edge`: the counts of every edge, with a mark where a finding is.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Tally } from "../../diagnosis/tally.ts";
import { severities, type Verdict } from "../../diagnosis/verdict.ts";
import { type GroupEdge, groupEdges } from "../group-edges.ts";
import { bold, dim, type Piece, styled } from "./line.ts";
import type { Page } from "./page.ts";
import type { Column } from "./table.ts";
import { counted, figure, shorten } from "./words.ts";

/** Healthy edges shown without --verbose; edges with a finding are shown all. */
const MAX_HEALTHY = 20;
/** Below this width the table is drawn narrow: heads in two lines, shortened names, no protocol that all edges share. */
const NARROW = 110;

const WORDS: Record<Verdict, string> = {
  stripped: "stripped",
  truncated: "cut",
  split: "split",
  malformed: "malformed",
  ignored: "ignored",
  unrecorded: "no span",
  misattributed: "misnamed",
  "not-sampled": "flag",
  "not-observable": "not observable",
};

interface Row {
  readonly edge: GroupEdge;
  readonly findings: readonly Finding[];
}

export function writeEdges({ diagnosis }: Inspection, page: Page): void {
  const { width, isVerbose, isTerminal } = page.options;
  const all = groupEdges(diagnosis.tally).map((edge) => ({ edge, findings: findingsOn(edge, diagnosis.findings, diagnosis.tally) }));
  if (all.length === 0) return;
  const healthy = all.filter((row) => row.findings.length === 0).sort((a, b) => b.edge.exchanges - a.edge.exchanges);
  const dropped = new Set(isVerbose ? [] : healthy.slice(MAX_HEALTHY));
  const rows = all.filter((row) => !dropped.has(row));
  const isNarrow = isTerminal && width < NARROW;
  const hasOneProtocol = new Set(rows.map((row) => row.edge.protocol)).size === 1;
  const isProtocolLeftOut = isNarrow && hasOneProtocol;
  page.gap();
  page.line(bold("Propagation by edge"), ...(isProtocolLeftOut ? [dim(`  all ${rows[0]?.edge.protocol}`)] : []));
  const nameWidth = isNarrow ? Math.max(10, Math.floor((width - 54) / 2)) : 60;
  page.table(
    columns(isNarrow, isProtocolLeftOut),
    rows.map((row) => cells(row, nameWidth, isProtocolLeftOut)),
  );
  if (dropped.size > 0) page.line(dim(`  and ${counted(dropped.size, "more edge")} without a finding (--verbose)`));
}

function columns(isNarrow: boolean, isProtocolLeftOut: boolean): Column[] {
  const left = (head: string): Column => ({ head, align: "left" });
  const right = (head: string): Column => ({ head: isNarrow ? head.replace(" ", "\n") : head, align: "right" });
  return [
    left("from"),
    left("to"),
    ...(isProtocolLeftOut ? [] : [left("protocol")]),
    right(isNarrow ? "all" : "exchanges"),
    right("with context"),
    right("continued"),
    right("new trace"),
    right("none"),
    right("unknown"),
    left(""),
  ];
}

function cells({ edge, findings }: Row, nameWidth: number, isProtocolLeftOut: boolean): Piece[] {
  const { from, to, protocol, exchanges, withContext, continued, restarted, absent, notObservable } = edge;
  return [
    shorten(from, nameWidth),
    shorten(to, nameWidth),
    ...(isProtocolLeftOut ? [] : [protocol]),
    ...[exchanges, withContext, continued, restarted, absent, notObservable].map((n) => (n === 0 ? dim("–") : figure(n))),
    mark(findings),
  ];
}

function mark(findings: readonly Finding[]): Piece {
  const grave = findings.filter((finding) => finding.severity !== "note");
  const text = grave.map(({ affected, verdict }) => `${figure(affected)} ${WORDS[verdict]}`).join(", ");
  if (text === "") return "";
  const severity = severities.find((each) => grave.some((finding) => finding.severity === each));
  return severity === "error" ? styled("red", `✖ ${text}`) : styled("yellow", `▲ ${text}`);
}

/** A replica's finding stands on the edge of its group. */
function findingsOn({ from, to }: GroupEdge, findings: readonly Finding[], tally: Tally): Finding[] {
  const groupOf = new Map([...tally.edges.values()].flatMap((edge) => [edge.from, edge.to]).map((w) => [w.name, w.group]));
  const group = (name: string) => groupOf.get(name) ?? name;
  return findings.filter(({ edge }) => edge !== undefined && group(edge.from) === from && group(edge.to) === to);
}
