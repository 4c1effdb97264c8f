// `Propagation by edge`: the counts of every edge, with a mark where a finding is.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Tally } from "../../diagnosis/tally.ts";
import { severities, type Verdict } from "../../diagnosis/verdict.ts";
import { count } from "../../wire/count.ts";
import { figure } from "../../wire/figure.ts";
import { groupBy } from "../../wire/group-by.ts";
import { MAX_EDGES_TOLD } from "../../wire/limits.ts";
import { sum } from "../../wire/sum.ts";
import { counted, listed } from "../../wire/words.ts";
import { allGroupEdges, carriedOn, type GroupEdge, invalidOf } from "../group-edges.ts";
import { bold, dim, type Piece, styled, widthOf } from "./line.ts";
import type { Page } from "./page.ts";
import type { Column } from "./table.ts";
import { shorten } from "./words.ts";

/** Healthy edges shown without --verbose; edges with a finding are shown all. */
const MAX_HEALTHY = 20;
/** Below this width the table is drawn narrow. */
const NARROW = 110;
const LONGEST_NAME = 60;
/** Spaces between columns. */
const GAP = 2;

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

interface Count {
  readonly head: string;
  /** In two lines, or shorter. */
  readonly narrowHead: string;
  of(edge: GroupEdge): number;
}

const COUNTS: readonly Count[] = [
  { head: "exchanges", narrowHead: "all", of: (edge) => edge.exchanges },
  { head: "with context", narrowHead: "with\ncontext", of: carriedOn },
  { head: "continued", narrowHead: "continued", of: (edge) => edge.continued },
  { head: "new trace", narrowHead: "new\ntrace", of: (edge) => edge.restarted },
  { head: "invalid", narrowHead: "invalid", of: invalidOf },
  { head: "none", narrowHead: "none", of: (edge) => edge.absent },
  { head: "unknown", narrowHead: "unknown", of: (edge) => edge.notObservable },
];

export function writeEdges({ diagnosis }: Inspection, page: Page): void {
  const { width, isVerbose, isTerminal } = page.options;
  const findings = findingsByEdge(diagnosis.findings, groupNames(diagnosis.tally));
  const all = allGroupEdges(diagnosis.tally).map((edge) => ({ edge, findings: findings.get(keyOf(edge)) ?? [] }));
  if (all.length === 0) return;
  const healthy = all.filter((row) => row.findings.length === 0).sort((a, b) => b.edge.exchanges - a.edge.exchanges);
  const dropped = new Set(isVerbose ? [] : healthy.slice(MAX_HEALTHY));
  const kept = all.filter((row) => !dropped.has(row));
  const rows = kept.length > MAX_EDGES_TOLD ? gravestOf(kept, diagnosis.findings) : kept;
  const isNarrow = isTerminal && width < NARROW;
  page.gap();
  if (isNarrow) writeNarrow(rows, width, page);
  else {
    // Invalid values are rare: their column is there when they are.
    const counts = COUNTS.filter(({ of }) => of !== invalidOf || rows.some((row) => of(row.edge) > 0));
    page.line(bold("Propagation by edge"));
    page.table(
      [left("from"), left("to"), left("protocol"), ...counts.map(({ head }) => right(head)), left("")],
      rows.map((row) => [
        shorten(row.edge.from, LONGEST_NAME),
        shorten(row.edge.to, LONGEST_NAME),
        row.edge.protocol,
        ...figures(row, counts),
        mark(row.findings),
      ]),
    );
  }
  const told = sum(rows.map(({ edge }) => edge.toldBySpans));
  if (told > 0) page.line(dim(`  ${figure(told)} with a context that the capture hides: their SERVER spans continue the callers' traces`));
  if (rows.length < kept.length) page.line(dim(`  and ${counted(kept.length - rows.length, "more edge")}: --format json`));
  if (dropped.size > 0) page.line(dim(`  and ${counted(dropped.size, "more edge")} without a finding (--verbose)`));
}

/** Heads in two lines, no column without a figure, one protocol told once, and names cut to what is left. */
function writeNarrow(rows: readonly Row[], width: number, page: Page): void {
  const protocols = new Set(rows.map((row) => row.edge.protocol));
  const isMixed = new Set([...protocols].map((protocol) => protocol.split(".")[0])).size > 1;
  page.line(bold("Propagation by edge"), ...(isMixed ? [] : [dim(`  all ${listed([...protocols])}`)]));
  const counts = COUNTS.filter(({ of }) => rows.some((row) => of(row.edge) > 0));
  const marks = rows.map((row) => mark(row.findings));
  const taken = [
    ...counts.map(({ narrowHead, of }) =>
      Math.max(...narrowHead.split("\n").map((part) => part.length), ...rows.map((row) => figure(of(row.edge)).length)),
    ),
    ...(isMixed ? ["HTTP/1.1".length] : []),
    Math.max(...marks.map((piece) => widthOf(piece))),
  ];
  const longest = Math.max(10, Math.floor((width - sum(taken.map((n) => n + GAP)) - 2 * GAP) / 2));
  page.table(
    [left("from"), left("to"), ...(isMixed ? [left("protocol")] : []), ...counts.map(({ narrowHead }) => right(narrowHead)), left("")],
    rows.map((row, i) => [
      shorten(row.edge.from, longest),
      shorten(row.edge.to, longest),
      ...(isMixed ? [row.edge.protocol] : []),
      ...figures(row, counts),
      marks[i] ?? "",
    ]),
  );
}

const left = (head: string): Column => ({ head, align: "left" });
const right = (head: string): Column => ({ head, align: "right" });

function figures({ edge }: Row, counts: readonly Count[]): Piece[] {
  return counts.map(({ of }) => (of(edge) === 0 ? dim("–") : figure(of(edge))));
}

function mark(findings: readonly Finding[]): Piece {
  const grave = findings.filter((finding) => finding.severity !== "note");
  const counts = new Map<Verdict, number>();
  for (const { affected, verdict } of grave) count(counts, verdict, affected);
  const text = [...counts].map(([verdict, affected]) => `${figure(affected)} ${WORDS[verdict]}`).join(", ");
  if (text === "") return "";
  const severity = severities.find((each) => grave.some((finding) => finding.severity === each));
  return severity === "error" ? styled("red", `✖ ${text}`) : styled("yellow", `▲ ${text}`);
}

function groupNames({ edges }: Tally): Map<string, string> {
  return new Map([...edges.values()].flatMap((edge) => [edge.from, edge.to]).map((workload) => [workload.name, workload.group]));
}

/** A replica's finding stands on the edge of its group. */
function findingsByEdge(findings: readonly Finding[], groupOf: ReadonlyMap<string, string>): Map<string, Finding[]> {
  const group = (name: string) => groupOf.get(name) ?? name;
  const onEdges = findings.filter(({ edge }) => edge !== undefined);
  return groupBy(onEdges, ({ edge }) => keyOf({ from: group(edge!.from), to: group(edge!.to) }));
}

function keyOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from}\n${to}`;
}

/** As many as are told, in the order that they have: those with the gravest findings, then those with most exchanges. */
function gravestOf(rows: readonly Row[], findings: readonly Finding[]): Row[] {
  const rank = new Map(findings.map((finding, i) => [finding, i]));
  const rankOf = ({ findings: [first] }: Row) => (first === undefined ? findings.length : rank.get(first)!);
  const byGravity = rows.toSorted((a, b) => rankOf(a) - rankOf(b) || b.edge.exchanges - a.edge.exchanges);
  const told = new Set(byGravity.slice(0, MAX_EDGES_TOLD));
  return rows.filter((row) => told.has(row));
}
