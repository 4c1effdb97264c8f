// `traceinspect pcap`: the main job.

import { existsSync } from "node:fs";
import { type InspectOptions, splitJaegerValue } from "../cli/options.ts";
import { readInspectOptions } from "../cli/read-values.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { inspect, WireReader } from "../pipeline.ts";
import { formatsWith } from "../propagation/registry.ts";
import { findCaptures } from "../sources/find-captures.ts";
import { findSeries } from "../sources/find-series.ts";
import { type OnProgress, readCaptures } from "../sources/merge-captures.ts";
import { STDIN } from "../sources/open-source.ts";
import type { CaptureSeries } from "../sources/rotated-files.ts";
import { UserError } from "../wire/user-error.ts";
import { annotateCaptures, checkAnnotate } from "./annotate.ts";
import { checkOutputs } from "./check-outputs.ts";
import { exportStitched } from "./export-stitched.ts";
import { unusedKeys } from "./key-logs.ts";
import { prepareInputs } from "./prepare-inputs.ts";
import { progressBar } from "./progress-bar.ts";
import { reportInspection, writeWarnings } from "./report-inspection.ts";
import type { World } from "./world.ts";

type Values = Readonly<Record<string, unknown>>;

export async function runPcap(captures: readonly string[], values: Values, world: World): Promise<void> {
  const { options, paths } = readArguments(captures, values, "pcap capture.pcap");
  const { inspection, hasFailed, series } = await inspectCaptures(paths, options, world);
  await reportInspection(inspection, options, world, paths, hasFailed);
  await exportStitched(inspection, options, world);
  if (options.annotate !== undefined) await annotateCaptures(options.annotate, series, inspection, options.quiet, world);
}

/** `example`: a command line with a capture, for who named none. */
export function readArguments(
  captures: readonly string[],
  values: Values,
  example: string,
): { readonly options: InspectOptions; readonly paths: readonly string[] } {
  const value = values.jaeger;
  const split = splitJaegerValue(typeof value === "string" || value === true ? value : undefined, captures, existsSync);
  if (split.captures.length === 0)
    throw new UserError(
      `no capture was named. Name pcap or pcapng files, folders or - for standard input: traceinspect ${example} --jaeger`,
    );
  const options = readInspectOptions(values, split.jaeger);
  checkDiagnosis(options);
  return { options, paths: split.captures };
}

/** Throws `UserError` for what only a diagnosis can give. */
export function checkDiagnosis({ diagnosis, hops, exportStitched: stitched, annotate: annotated }: InspectOptions): void {
  if (diagnosis) return;
  const wanted =
    hops === "faulty" ? "--hops faulty" : stitched !== undefined ? "--export-stitched" : annotated !== undefined ? "--annotate" : undefined;
  if (wanted !== undefined) throw new UserError(`${wanted} needs the diagnosis that --no-diagnosis leaves out; give one of the two.`);
}

/** `alsoAsk`: trace ids to look up besides those on the wire. `hasFailed`: traces were asked for and none could be had. */
export async function inspectCaptures(
  paths: readonly string[],
  options: InspectOptions,
  world: World,
  alsoAsk: readonly string[] = [],
): Promise<{ readonly inspection: Inspection; readonly hasFailed: boolean; readonly series: readonly CaptureSeries[] }> {
  const formats = formatsWith(options.propagationFormat);
  const found = await findCaptures(paths);
  await checkOutputs(options, found);
  await checkAnnotate(options.annotate, found);
  const { traces, names, keyLog, warnings, hasFailed } = await prepareInputs(options, world);
  const wire = new WireReader({ keyLog, formats });
  // Standard input is opened where it is asked for: that takes some milliseconds.
  const stdin = paths.includes(STDIN) ? world.stdin : undefined;
  const progress = progressBar(world, options.quiet);
  const series = await findSeries(found);
  const onProgress: OnProgress = (read, total) => {
    world.watchMemory();
    progress.update(read, total);
  };
  const files = await readCaptures(series, (file) => wire.sinkFor(file.index, file.series.name), onProgress, stdin).finally(() =>
    progress.end(),
  );
  const inspected = await inspect(wire, files, {
    names,
    traces,
    alsoAsk,
    isJudged: options.diagnosis,
    isPairingFull: options.isPairingFull,
  });
  const inspection = { ...inspected, warnings: [...warnings, ...unusedKeys(options.keylog, inspected.tls), ...inspected.warnings] };
  writeWarnings(inspection, options, world);
  return { inspection, hasFailed: hasFailed(), series };
}
