// An inspection as the user asked for it: warnings on standard error, the report, the exit code.

import { DEFAULT_JAEGER, type InspectOptions } from "../cli/options.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { reportFormats } from "../report/registry.ts";
import { shellWord } from "../report/text/words.ts";
import { withoutPort } from "../wire/endpoint.ts";
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
  const style = reportOptions(options, world, { jaegerUi: uiOf(options), commandLine: { captures, inputs: inputWords(options) } });
  await writeReport(options.output, world, (sink) => format.write(inspection, style, sink));
  world.setExitCode(hasFailed ? 2 : exitCode(inspection, options.failOn));
}

export function writeWarnings({ warnings }: Inspection, { quiet }: InspectOptions, world: World): void {
  if (!quiet) for (const warning of warnings) world.stderr.write(`traceinspect: ${warning}\n`);
}

/** Jaeger's UI listens beside its query port. */
export function uiOf({ jaeger, jaegerUi }: InspectOptions): string | undefined {
  if (jaegerUi !== undefined) return jaegerUi.replace(/\/$/, "");
  return jaeger === undefined ? undefined : `http://${withoutPort(jaeger)}:16686`;
}

/**
 * The options without which another command would not see the same: where the traces are, and what reads and names the packets. Not `--header`, whose
 * values may be secret.
 */
export function inputWords(options: InspectOptions): string {
  const { jaeger, traces, keylog, names, propagationFormat, isPairingFull } = options;
  const server = jaeger === undefined ? [] : jaeger === DEFAULT_JAEGER ? ["--jaeger"] : [`--jaeger ${jaeger}`, ...tlsWords(options)];
  return [
    ...(traces.length > 0 ? traces.map((path) => `--traces ${shellWord(path)}`) : server),
    ...keylog.map((path) => `--keylog ${shellWord(path)}`),
    ...(names === undefined ? [] : [`--names ${shellWord(names)}`]),
    ...propagationFormat.map((format) => `--propagation-format ${shellWord(format)}`),
    ...(isPairingFull ? ["--pairing full"] : []),
  ].join(" ");
}

function tlsWords({ jaegerTls, jaegerCa, jaegerCert, jaegerKey, jaegerServerName, jaegerTokenFile }: InspectOptions): string[] {
  const files = {
    "--jaeger-ca": jaegerCa,
    "--jaeger-cert": jaegerCert,
    "--jaeger-key": jaegerKey,
    "--jaeger-server-name": jaegerServerName,
    "--jaeger-token-file": jaegerTokenFile,
  };
  const given = Object.entries(files).flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${shellWord(value)}`]));
  return [...(jaegerTls ? ["--jaeger-tls"] : []), ...given];
}
