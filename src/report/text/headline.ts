// The first two lines: what was captured, and how many traces the two views hold.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { figure } from "../../wire/figure.ts";
import { sum } from "../../wire/sum.ts";
import { counted } from "../../wire/words.ts";
import { groupEdges } from "../group-edges.ts";
import { countEdges } from "../plain-counts.ts";
import { type Summary, summarize } from "../summary.ts";
import type { Page } from "./page.ts";
import { clockTime, day, duration } from "./words.ts";

export function writeHeadline(inspection: Inspection, page: Page): void {
  const summary = summarize(inspection);
  const { exchanges, hops } = summary;
  const edges = (inspection.isJudged ? groupEdges(inspection.diagnosis.tally) : countEdges(inspection)).length;
  const { oneIn } = inspection.graph.table.exchanges.sample;
  const sampled = oneIn === 1 ? "" : ` (of one second in ${figure(oneIn)})`;
  const what = exchanges === 0 ? "no HTTP seen" : `${counted(hops, "exchange")}${sampled} on ${counted(edges, "edge")}`;
  page.parts([...captureParts(inspection), what]);
  if (exchanges > 0) page.parts(traceParts(inspection, summary));
}

function captureParts({ captures }: Inspection): string[] {
  const packets = sum(captures.map((capture) => capture.packets));
  const from = earliest(captures.map((capture) => capture.startedAt));
  const to = latest(captures.map((capture) => capture.endedAt));
  const time = from === undefined || to === undefined ? [] : [`${duration(to - from)} from ${day(from)} ${clockTime(from, 3)} UTC`];
  return [counted(captures.length, "capture"), counted(packets, "packet"), ...time];
}

function traceParts(inspection: Inspection, summary: Summary): string[] {
  const { traces, tracesInBackend } = summary;
  const { answer, diagnosis, diff } = inspection;
  const isHidden = [...diagnosis.tally.edges.values()].some(({ notObservable }) => notObservable > 0);
  const none = isHidden ? "no trace context could be read on the wire" : "no trace context on the wire";
  const wire = traces === 0 ? none : `${counted(traces, "trace")} on the wire`;
  if (answer === undefined && inspection.backendFailure !== undefined)
    return [wire, "the backend could not be asked: what was recorded is not known"];
  if (answer === undefined) return [wire, "no backend asked: --jaeger or --traces FILE shows what was recorded"];
  const inBackend = tracesInBackend ?? 0;
  // The search of the capture's time may have found others.
  const cut = isPartlyLookedUp(inspection) ? ` (${figure(answer.asked)} were looked up)` : "";
  const { unsampled, absent } = countLacking(inspection);
  const respelled = countRespelled(inspection);
  const found = diff.index.traceIds.size;
  const searched = found > 0 && isHidden ? counted(found, "trace") : "nothing to look up";
  return [
    wire,
    ...(traces === 0 ? [`${searched} in ${sourceName(answer.source)}`] : [`${figure(inBackend)} in ${sourceName(answer.source)}${cut}`]),
    ...(unsampled > 0 ? [`${figure(unsampled)} unsampled (flags 00, absent by right)`] : []),
    ...(respelled > 0 ? [`${figure(respelled)} held under another spelling of the id`] : []),
    ...(absent > 0 ? [`${figure(absent)} not there${diagnosis.isTailSampled ? " (a collector samples whole traces)" : ""}`] : []),
    ...(answer.failed.length > 0 ? [`${figure(answer.failed.length)} could not be loaded`] : []),
  ];
}

/** Whether fewer ids were asked for than the wire has (`--max-traces`). */
export function isPartlyLookedUp({ answer, graph }: Inspection): boolean {
  return answer !== undefined && answer.asked < graph.table.exchanges.identities.traceIds.size;
}

/** Traces that the backend holds under another spelling alone. */
function countRespelled({ answer, diff }: Inspection): number {
  return (answer?.respelled ?? []).filter(({ traceId }) => !diff.index.hasTrace(traceId)).length;
}

/** Files by their own names; a server as it is. */
export function sourceName(source: string): string {
  return source
    .split(", ")
    .map((part) => part.slice(part.lastIndexOf("/") + 1))
    .join(", ");
}

/**
 * Traces of the wire that were looked up and that the backend lacks: `unsampled` where every context says so, which is right; `absent` without a reason
 * that the wire shows.
 */
export function countLacking({ graph, diff, answer }: Inspection): { readonly unsampled: number; readonly absent: number } {
  const { identities } = graph.table.exchanges;
  const lacking = (answer?.absent ?? [])
    .filter((traceId) => !diff.index.hasTrace(traceId))
    .map((traceId) => identities.traceIds.find(traceId))
    .filter((trace) => trace >= 0);
  if (lacking.length === 0) return { unsampled: 0, absent: 0 };
  const isSampled = new Uint8Array(identities.traceIds.size);
  for (let i = 0; i < identities.size; i++) if (!identities.isUnsampled(i)) isSampled[identities.trace[i]!] = 1;
  const absent = lacking.filter((trace) => isSampled[trace] === 1).length;
  return { unsampled: lacking.length - absent, absent };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.min(a, b)), undefined);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.max(a, b)), undefined);
}
