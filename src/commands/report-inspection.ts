// An inspection as the user asked for it: warnings on standard error, the report, the exit code.

import type { InspectOptions } from "../cli/options.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { reportFormats } from "../report/registry.ts";
import type { World } from "./world.ts";
import { exitCode, reportOptions, writeReport } from "./write-report.ts";

/** `captures`: files that another command could read, for lines that can be pasted. */
export async function reportInspection(
  inspection: Inspection,
  options: InspectOptions,
  world: World,
  captures: readonly string[],
  hasFailed: boolean,
): Promise<void> {
  const format = reportFormats.find(({ name }) => name === options.format) ?? reportFormats[0]!;
  const style = reportOptions(options, world, { jaegerUi: uiOf(options), commandLine: { captures, backend: backendWords(options) } });
  await writeReport(options.output, world, (sink) => format.write(inspection, style, sink));
  world.setExitCode(hasFailed ? 2 : exitCode(inspection, options.failOn));
}

export function writeWarnings({ warnings }: Inspection, { quiet }: InspectOptions, world: World): void {
  if (!quiet) for (const warning of warnings) world.stderr.write(`traceinspect: ${warning}\n`);
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
