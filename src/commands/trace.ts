// `traceinspect trace`: one trace, packets beside spans.

import type { Inspection } from "../diagnosis/inspection.ts";
import { traceIdsOnWire } from "../report/summary.ts";
import { writeTraceView } from "../report/trace-view.ts";
import { findTrace, parseTraceId } from "../report/trace-view-id.ts";
import { writeTraceJson } from "../report/trace-view-json.ts";
import { viewTrace } from "../report/trace-view-rows.ts";
import { UserError } from "../wire/user-error.ts";
import { annotateCaptures } from "./annotate.ts";
import { exportStitched } from "./export-stitched.ts";
import { inspectCaptures, readArguments } from "./pcap.ts";
import { inputWords, uiOf } from "./report-inspection.ts";
import type { World } from "./world.ts";
import { reportOptions, writeReport } from "./write-report.ts";

export async function runTrace(
  traceId: string,
  captures: readonly string[],
  values: Readonly<Record<string, unknown>>,
  world: World,
): Promise<void> {
  const given = parseTraceId(traceId);
  if (given === undefined)
    throw new UserError(
      `"${traceId}" is no trace id. Give up to 32 hex digits as a log, Jaeger or the wire shows them, or a whole traceparent, b3 or uber-trace-id value.`,
    );
  const { options, paths } = readArguments(captures, values, `trace ${given} capture.pcap`);
  const { inspection, hasFailed, series } = await inspectCaptures(paths, options, world, [given.padStart(32, "0")]);
  const view = viewTrace(findTrace(given, traceId, idsSeen(inspection)), inspection);
  const style = reportOptions(options, world, {
    jaegerUi: uiOf(options),
    commandLine: { captures: paths, inputs: inputWords(options) },
  });
  const write = options.format === "json" ? writeTraceJson : writeTraceView;
  await writeReport(options.output, world, (sink) => write(view, inspection, style, sink));
  await exportStitched(inspection, options, world, view.traceIds);
  if (options.annotate !== undefined) await annotateCaptures(options.annotate, series, inspection, options.quiet, world);
  world.setExitCode(hasFailed ? 2 : 0);
}

function idsSeen({ graph, diff, answer }: Inspection): Set<string> {
  const ids = new Set(traceIdsOnWire(graph));
  for (const { traceId } of diff.index.spans) ids.add(traceId);
  for (const { traceId } of answer?.respelled ?? []) ids.add(traceId);
  return ids;
}
