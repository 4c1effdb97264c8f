// Which broken traces belong together: where ids went over into others, with the first pairs of each edge.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { figure } from "../../wire/figure.ts";
import { counted } from "../../wire/words.ts";
import { captureNames, frameOf } from "../capture-names.ts";
import { type EdgeJoins, type ListedJoin, listStitched } from "../stitched/list-stitched.ts";
import { bold, dim } from "./line.ts";
import type { Page } from "./page.ts";
import { shortId } from "./words.ts";

/** Edges and pairs that are told; with --verbose, pairs of an edge. */
const MAX_EDGES = 10;
const FEW_PAIRS = 2;
const MANY_PAIRS = 20;

export function writeBelongTogether(inspection: Inspection, page: Page): void {
  const { edges, count, isMore } = listStitched(inspection);
  if (edges.length === 0) return;
  page.gap();
  const broken = isMore ? `more than ${figure(count)} broken traces` : counted(count, "broken trace");
  page.text(2, bold("Traces that belong together"), dim(`  ${broken}; --export-stitched FILE writes each as one`));
  for (const edge of edges.slice(0, MAX_EDGES)) writeEdge(edge, inspection, page);
  if (edges.length > MAX_EDGES) page.line(dim(`  and on ${counted(edges.length - MAX_EDGES, "more edge")} (--format json)`));
}

function writeEdge({ from, to, continued, ended, inferred, examples }: EdgeJoins, inspection: Inspection, page: Page): void {
  const what = [
    ...(continued > 0 ? [`${counted(continued, "trace goes", "traces go")} on under another id`] : []),
    ...(ended > 0 ? [`${counted(ended, "trace goes", "traces go")} on without an id`] : []),
  ];
  const doubt = inferred === 0 ? "" : ` (${inferred === continued + ended ? "by" : `${figure(inferred)} by`} inferred causes)`;
  page.text(4, `  ${from} → ${to}: ${what.join(", ")}${doubt}`);
  const pairs = examples.filter(({ after }) => after !== null);
  const shown = pairs.slice(0, page.options.isVerbose ? MANY_PAIRS : FEW_PAIRS);
  const nameOf = captureNames(inspection);
  for (const pair of shown)
    page.line(`    ${idOf(pair.before, page)} → ${idOf(pair.after ?? "", page)}`, dim(said(pair, inspection, nameOf)));
  const more = continued - shown.length;
  if (more > 0) page.line(dim(`    and ${figure(more)} more: ${page.options.isVerbose ? "" : "--verbose, "}--format json`));
}

/** `before goes on as after at frontend → orders, orders.pcap #127, inferred (50 %)`. */
export function joinSentence(join: ListedJoin, inspection: Inspection): string {
  const { before, after, from, to } = join;
  return `${before} goes on ${after === null ? "without any id" : `as ${after}`} at ${from} → ${to},${said(join, inspection, captureNames(inspection)).slice(1)}`;
}

function said({ hop, inferred, confidence }: ListedJoin, { graph }: Inspection, nameOf: (capture: number) => string): string {
  return `  ${frameOf(graph.table.hop(hop), nameOf)}${inferred ? `, inferred (${Math.floor(confidence * 100)} %)` : ""}`;
}

function idOf(id: string, { options }: Page): string {
  return options.isTerminal ? shortId(id) : id;
}
