// `traceinspect pcap`: the main job.

import { existsSync } from "node:fs";
import { type InspectOptions, splitJaegerValue } from "../cli/options.ts";
import { readInspectOptions } from "../cli/read-values.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { inspect, WireReader } from "../pipeline.ts";
import { reportFormats } from "../report/registry.ts";
import { findSeries } from "../sources/capture-series.ts";
import { findCaptures } from "../sources/find-captures.ts";
import { readCaptures } from "../sources/merge-captures.ts";
import { UserError } from "../wire/user-error.ts";
import { parseNames } from "./names-file.ts";
import { openTraces, readGiven } from "./open-traces.ts";
import { progressBar } from "./progress-bar.ts";
import type { World } from "./world.ts";
import { exitCode, reportOptions, writeReport } from "./write-report.ts";

type Values = Readonly<Record<string, unknown>>;

export async function runPcap(captures: readonly string[], values: Values, world: World): Promise<void> {
  const { options, paths } = readArguments(captures, values);
  const { inspection, hasFailed } = await inspectCaptures(paths, options, world);
  const format = reportFormats.find(({ name }) => name === options.format) ?? reportFormats[0]!;
  const style = reportOptions(options, world, {
    jaegerUi: uiOf(options),
    commandLine: { captures: paths, backend: backendWords(options) },
  });
  await writeReport(options.output, world, (sink) => format.write(inspection, style, sink));
  world.setExitCode(hasFailed ? 2 : exitCode(inspection, options.failOn));
}

export function readArguments(
  captures: readonly string[],
  values: Values,
): { readonly options: InspectOptions; readonly paths: readonly string[] } {
  const value = values.jaeger;
  const split = splitJaegerValue(typeof value === "string" || value === true ? value : undefined, captures, existsSync);
  if (split.captures.length === 0)
    throw new UserError(
      "no capture was named. Name pcap or pcapng files, folders or - for standard input: traceinspect pcap capture.pcap --jaeger",
    );
  return { options: readInspectOptions(values, split.jaeger), paths: split.captures };
}

/** `alsoAsk`: trace ids to look up besides those on the wire. `hasFailed`: traces were asked for and none could be had. */
export async function inspectCaptures(
  paths: readonly string[],
  options: InspectOptions,
  world: World,
  alsoAsk: readonly string[] = [],
): Promise<{ readonly inspection: Inspection; readonly hasFailed: boolean }> {
  let hasFailed = false;
  const traces = await openTraces(options, world, (error) => {
    if (!(error instanceof UserError)) throw error;
    hasFailed = true;
    world.stderr.write(`traceinspect: ${error.message}\n`);
  });
  const names =
    options.names === undefined ? new Map() : parseNames((await readGiven(options.names, "--names")).toString("utf8"), options.names);
  for (const path of options.keylog) await readGiven(path, "--keylog");
  const wire = new WireReader();
  const progress = progressBar(world, options.quiet);
  const series = await findSeries(await findCaptures(paths));
  const files = await readCaptures(series, (file) => wire.sinkFor(file.index, file.series.name), progress.update, world.stdin);
  progress.end();
  const inspection = await inspect(wire, files, { names, traces, alsoAsk });
  if (!options.quiet) for (const warning of inspection.warnings) world.stderr.write(`traceinspect: ${warning}\n`);
  return { inspection, hasFailed };
}

/** Jaeger's UI listens beside its query port. */
export function uiOf({ jaeger, jaegerUi }: InspectOptions): string | undefined {
  if (jaegerUi !== undefined) return jaegerUi.replace(/\/$/, "");
  return jaeger === undefined ? undefined : `http://${jaeger.replace(/:\d+$/, "")}:16686`;
}

export function backendWords({ jaeger, traces }: InspectOptions): string {
  if (traces.length > 0) return traces.map((path) => `--traces ${path}`).join(" ");
  return jaeger === undefined ? "" : jaeger === "localhost:16685" ? "--jaeger" : `--jaeger ${jaeger}`;
}
