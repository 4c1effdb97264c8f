// `traceinspect trace` for people: left the wire, right what the backend recorded.

import type { Inspection } from "../diagnosis/inspection.ts";
import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import { counted, listed } from "../wire/words.ts";
import { captureNames, frameOf } from "./capture-names.ts";
import type { ReportOptions, ReportSink, Writing } from "./report-format.ts";
import { listJoin } from "./stitched/list-stitched.ts";
import { stitchOne } from "./stitched/stitch.ts";
import { joinSentence } from "./text/belong-together.ts";
import { milliseconds } from "./text/details.ts";
import { symbolOf } from "./text/finding-block.ts";
import { bold, dim, type Piece, styled, widthOf } from "./text/line.ts";
import { Page } from "./text/page.ts";
import { clockTime, day, shorten, shortId } from "./text/words.ts";
import type { Absence, TraceRow, TraceView } from "./trace-view-rows.ts";

/** Below this width what was recorded stands below the exchange, not beside it. */
const WIDE = 130;
const WIDE_BAR = 24;
const NARROW_BAR = 12;
const MAX_WIRE = 110;
const TIME_COLUMNS = 8;

const ABSENCES: Record<Absence, string> = {
  "not instrumented": "– (its receiver is not seen to make spans)",
  "no span": "– no span: the backend should have one",
  "no backend": "– (no backend asked)",
  "not captured": "– not in these captures",
  "not on the wire": "",
};

export function* writeTraceView(view: TraceView, inspection: Inspection, options: ReportOptions, sink: ReportSink): Writing {
  const page = new Page(options, sink);
  writeHead(view, inspection, page);
  const from = view.rows.reduce((least, row) => Math.min(least, row.startedAt), Number.POSITIVE_INFINITY);
  const to = view.rows.reduce((most, row) => Math.max(most, row.endedAt ?? row.startedAt), from);
  const lines = view.rows.map((row) => ({ row, wire: wireOf(row, inspection), recorded: recordedOf(row, view, inspection) }));
  const isWide = !options.isTerminal || options.width >= WIDE;
  const bar = isWide ? WIDE_BAR : NARROW_BAR;
  const wide = isWide
    ? Math.min(
        MAX_WIRE,
        lines.reduce((most, { wire }) => Math.max(most, widthOf(...wire)), 8),
      )
    : 0;
  page.gap();
  page.line(
    dim(`${"ms".padStart(TIME_COLUMNS)}  ${scale(to - from, bar)}  `),
    dim(isWide ? `${"wire".padEnd(wide)}  recorded` : "wire, and what was recorded"),
  );
  for (const { row, wire, recorded } of lines) {
    yield;
    const time: Piece[] = [`${((row.startedAt - from) / 1000).toFixed(1).padStart(TIME_COLUMNS)}  `, ...drawBar(row, from, to, bar), "  "];
    const indent = " ".repeat(TIME_COLUMNS + bar + 6);
    if (isWide) page.line(...time, ...wire, " ".repeat(Math.max(0, wide - widthOf(...wire)) + 2), ...recorded);
    else if (row.hop === undefined)
      page.text(
        indent.length + 4,
        ...time,
        ...(row.servedHop === undefined && widthOf(...wire) > 0 ? [...wire, "  "] : ["  "]),
        ...recorded,
      );
    else {
      page.text(indent.length + 2, ...time, ...wire);
      if (row.absence !== undefined || row.ghost !== undefined || row.span !== undefined)
        page.text(indent.length + 4, indent, "  ", ...recorded);
    }
  }
  writeFoot(view, inspection, page);
}

/** Joins that are told one by one. */
const MAX_JOINS = 5;

function writeHead({ traceId, traceIds, rows, offsets }: TraceView, inspection: Inspection, page: Page): void {
  const hops = rows.filter((row) => row.hop !== undefined);
  const recorded = rows.flatMap(({ span }) => span ?? []);
  const spans = recorded.filter((span) => traceIds.has(span.traceId)).length;
  const elsewhere = recorded.length > spans ? ` and ${recorded.length - spans} in other traces` : "";
  const ghosts = hops.filter((row) => row.ghost !== undefined).length;
  const start = rows[0]?.startedAt;
  const clocks = [...offsets]
    .filter(([, offset]) => Math.abs(offset) >= 1000)
    .map(([service, offset]) => `${service} ${milliseconds(offset)}`);
  const others = [...traceIds].filter((id) => id !== traceId);
  page.parts([
    `trace ${traceId}`,
    counted(hops.length, "hop"),
    inspection.answer === undefined ? "no backend asked: --jaeger or --traces FILE" : `${counted(spans, "span")}${elsewhere}`,
    ...(ghosts > 0 ? [counted(ghosts, "ghost hop")] : []),
    ...(start === undefined ? [] : [`from ${day(start)} ${clockTime(start)} UTC`]),
    ...(clocks.length > 0 ? [`clocks put right: ${listed(clocks)}`] : []),
    ...(others.length > 0 ? [`the backend holds it as ${others.join(", ")}`] : []),
  ]);
}

function scale(micros: number, bar: number): string {
  const end = (micros / 1000).toFixed(0);
  return `0${end.padStart(bar + 1)}`;
}

function drawBar({ startedAt, endedAt, hop, ghost }: TraceRow, from: number, to: number, bar: number): Piece[] {
  const unit = Math.max(1, to - from) / bar;
  const first = Math.min(bar - 1, Math.floor((startedAt - from) / unit));
  const last = Math.max(first + 1, Math.min(bar, Math.round(((endedAt ?? startedAt) - from) / unit)));
  const style = ghost !== undefined && hop !== undefined ? "red" : hop === undefined ? "dim" : "cyan";
  return ["▕", " ".repeat(first), styled(style, (hop === undefined ? "░" : "█").repeat(last - first)), " ".repeat(bar - last), "▏"];
}

function wireOf(row: TraceRow, inspection: Inspection): Piece[] {
  const { hop, absence, ghost } = row;
  if (hop === undefined) return row.servedHop !== undefined ? [dim("  …")] : [dim(absence === undefined ? "" : ABSENCES[absence])];
  const { naming } = inspection;
  const way = `${naming.senderOf(hop.index).group} → ${naming.receiverOf(hop.index).group}`;
  const request = `${hop.method} ${shorten(hop.path, 28)}`;
  const text = `${shorten(way, 36)}  ${request}  ${hop.status ?? "no answer"}  ${frameOf(hop, captureNames(inspection))}`;
  const isFaulty = inspection.diagnosis.findingsOf
    .get(hop.index)
    ?.some((index) => inspection.diagnosis.findings[index]?.severity !== "note");
  if (isFaulty) return [styled("red", "✖ "), text];
  return ghost === undefined ? [text] : [dim("○ "), text];
}

function recordedOf(row: TraceRow, view: TraceView, inspection: Inspection): Piece[] {
  const { hop, span, ghost, absence, depth } = row;
  const said: Piece[] =
    span === undefined ? [dim(absence === undefined ? (hop === undefined ? "" : "–") : ABSENCES[absence])] : spanWords(span, depth);
  const isElsewhere = span !== undefined && !view.traceIds.has(span.traceId);
  const words = isElsewhere ? [...said, styled("red", `  in trace ${idOf(span.traceId, inspection)}`)] : said;
  return hop === undefined || ghost === undefined ? words : [...words, "  ", ...ghostWords(ghost, hop)];
}

function spanWords(span: Span, depth: number): Piece[] {
  const service = span.resource.service === "" ? "(no service name)" : span.resource.service;
  const error = span.error ? [styled("red", " error")] : [];
  return [
    `${"  ".repeat(Math.min(depth, 8))}${service}  ${shorten(span.name, 40)}  `,
    dim(`${span.kind.toUpperCase()} ${span.spanId}`),
    ...error,
  ];
}

function ghostWords({ traceId, isInferred }: NonNullable<TraceRow["ghost"]>, hop: Hop | undefined): Piece[] {
  const lacks = hop === undefined || hop.reading.fields.length === 0 ? "no context" : "no valid context";
  const what = traceId === undefined ? `ghost: ${lacks} on the wire` : `ghost: carries trace ${shortId(traceId)}`;
  return [styled("red", what), dim(isInferred ? " (that it belongs here is inferred)" : "")];
}

function idOf(id: string, inspection: Inspection): string {
  return inspection.answer === undefined ? id : shortId(id);
}

function writeFoot({ rows, traceIds }: TraceView, inspection: Inspection, page: Page): void {
  const { diagnosis } = inspection;
  const joins = stitchOne(traceIds, inspection)?.joins ?? [];
  // Where the trace was split off another the exchange that did it carries neither's id.
  const hops = new Set([...rows.flatMap((row) => row.hop ?? []), ...joins.map((join) => join.hop)]);
  const indices = new Set([...hops].flatMap((hop) => diagnosis.findingsOf.get(hop.index) ?? []));
  page.gap();
  if (indices.size === 0 && joins.length === 0) page.text(2, styled("green", "✔"), " No finding counts an exchange of this trace.");
  for (const [index, finding] of diagnosis.findings.entries()) {
    if (!indices.has(index)) continue;
    const own = [...hops].filter((hop) => diagnosis.findingsOf.get(hop.index)?.includes(index));
    const frames = own.map((hop) => frameOf(hop, captureNames(inspection)));
    page.text(2, symbolOf(finding), " ", bold(finding.message));
    page.text(4, dim(`    here: ${finding.verdict} at ${listed(frames)}`));
  }
  for (const join of joins.slice(0, MAX_JOINS)) page.text(4, `  ${joinSentence(listJoin(join, inspection), inspection)}`);
  if (joins.length > MAX_JOINS) page.line(dim(`    and ${counted(joins.length - MAX_JOINS, "more id")}: --format json`));
  if (rows.some((row) => row.hop !== undefined && row.ghost !== undefined))
    page.text(2, dim("○ A ghost hop belongs to the trace by what caused it, and carries another trace id, or none."));
}
