// `--export-stitched`: the traces that should have been, in a file that a Jaeger takes.

import type { InspectOptions } from "../cli/options.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { stitchBroken, stitchOne } from "../report/stitched/stitch.ts";
import { isGhost, type StitchedTrace } from "../report/stitched/stitched-trace.ts";
import { writeOtlp } from "../report/stitched/write-otlp.ts";
import { counted } from "../wire/words.ts";
import type { World } from "./world.ts";
import { writeReport } from "./write-report.ts";

/** All traces that broke; with `traceIds`, the one that is meant by them. */
export async function exportStitched(
  inspection: Inspection,
  { exportStitched: file, quiet }: InspectOptions,
  world: World,
  traceIds?: ReadonlySet<string>,
): Promise<void> {
  if (file === undefined) return;
  const written = { traces: 0, spans: 0, ghosts: 0 };
  const one = traceIds === undefined ? undefined : stitchOne(traceIds, inspection);
  const traces = traceIds === undefined ? stitchBroken(inspection) : one === undefined ? [] : [one];
  await writeReport(file, world, (sink) => writeOtlp(counting(traces, written), inspection, sink), "--export-stitched");
  if (!quiet) world.stderr.write(`traceinspect: ${said(written, file)}\n`);
}

function* counting(traces: Iterable<StitchedTrace>, written: { traces: number; spans: number; ghosts: number }): Iterable<StitchedTrace> {
  for (const trace of traces) {
    written.traces++;
    written.spans += trace.spans.length;
    written.ghosts += trace.spans.filter(isGhost).length;
    yield trace;
  }
}

function said({ traces, spans, ghosts }: { traces: number; spans: number; ghosts: number }, file: string): string {
  if (traces === 0) return `no trace broke where these captures show what belongs together; ${file} holds none.`;
  return `${counted(traces, "stitched trace")} in ${file}: ${counted(spans, "span")}, ${ghosts} of them ghosts. Load them into a Jaeger of their own: they have ids of the traces that broke.`;
}
