// The first two lines: what was captured, and how many traces the two views hold.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { groupEdges } from "../group-edges.ts";
import { summarize, traceIdsOnWire } from "../summary.ts";
import type { Page } from "./page.ts";
import { clockTime, counted, day, duration, figure } from "./words.ts";

export function writeHeadline(inspection: Inspection, page: Page): void {
  const { exchanges, hops } = summarize(inspection);
  const edges = groupEdges(inspection.diagnosis.tally).length;
  const what = exchanges === 0 ? "no HTTP seen" : `${counted(hops, "exchange")} on ${counted(edges, "edge")}`;
  page.parts([...captureParts(inspection), what]);
  if (exchanges > 0) page.parts(traceParts(inspection));
}

function captureParts({ captures }: Inspection): string[] {
  const packets = captures.reduce((total, capture) => total + capture.packets, 0);
  const from = earliest(captures.map((capture) => capture.startedAt));
  const to = latest(captures.map((capture) => capture.endedAt));
  const time = from === undefined || to === undefined ? [] : [`${duration(to - from)} from ${day(from)} ${clockTime(from, 3)} UTC`];
  return [counted(captures.length, "capture"), counted(packets, "packet"), ...time];
}

function traceParts(inspection: Inspection): string[] {
  const { answer, diff, graph } = inspection;
  const ids = traceIdsOnWire(graph.hops);
  const wire = ids.size === 0 ? "no trace context on the wire" : `${counted(ids.size, "trace")} on the wire`;
  if (answer === undefined && inspection.hasBackendFailed) return [wire, "the backend could not be asked: what was recorded is not known"];
  if (answer === undefined) return [wire, "no backend asked: --jaeger or --traces FILE shows what was recorded"];
  const inBackend = [...ids].filter((id) => diff.index.hasTrace(id)).length;
  const cut = answer.asked < ids.size ? ` of the ${figure(answer.asked)} looked up` : "";
  const unsampled = countUnsampled(inspection);
  const absent = Math.min(answer.asked, ids.size) - inBackend - unsampled - answer.failed.length;
  return [
    wire,
    ...(ids.size === 0
      ? [`nothing to look up in ${sourceName(answer.source)}`]
      : [`${figure(inBackend)}${cut} in ${sourceName(answer.source)}`]),
    ...(unsampled > 0 ? [`${figure(unsampled)} unsampled (flags 00, absent by right)`] : []),
    ...(absent > 0 ? [`${figure(absent)} not there`] : []),
    ...(answer.failed.length > 0 ? [`${figure(answer.failed.length)} could not be loaded`] : []),
    ...(answer.respelled.length > 0 ? [`${figure(answer.respelled.length)} held under another spelling of the id`] : []),
  ];
}

/** Files by their own names; a server as it is. */
function sourceName(source: string): string {
  return source
    .split(", ")
    .map((part) => part.slice(part.lastIndexOf("/") + 1))
    .join(", ");
}

/** Traces that every context on the wire marks as not sampled, and that the backend does not hold. */
function countUnsampled({ graph, diff, answer }: Inspection): number {
  const absent = new Set(answer?.absent ?? []);
  const sampled = new Map<string, boolean>();
  for (const { reading } of graph.hops)
    for (const id of reading.identities) sampled.set(id.traceId, (sampled.get(id.traceId) ?? false) || id.sampled !== false);
  return [...sampled].filter(([id, isSampled]) => !isSampled && absent.has(id) && !diff.index.hasTrace(id)).length;
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.min(a, b)), undefined);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.max(a, b)), undefined);
}
