// `traceinspect demo`: the main job on recorded packets, against a Jaeger in this process that gives recorded replies.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { startReplayServer } from "../backends/replay-server.ts";
import { splitLengthPrefixed } from "../backends/split-length-prefixed.ts";
import { readInspectOptions } from "../cli/read-values.ts";
import { reportFormats } from "../report/registry.ts";
import { shellWord } from "../report/text/words.ts";
import { packageFile } from "../wire/package-file.ts";
import { inspectCaptures } from "./pcap.ts";
import type { World } from "./world.ts";
import { reportOptions, writeReport } from "./write-report.ts";

export async function runDemo(values: Readonly<Record<string, unknown>>, world: World): Promise<void> {
  const folder = sampleFolder("ingress-strips");
  const replies = `${folder}/jaeger.v3.bin`;
  const server = await startReplayServer(splitLengthPrefixed(readFileSync(replies)).records);
  try {
    const options = readInspectOptions(values, server.target);
    announce(`traceinspect pcap ${shellWord(folder)} --jaeger ${server.target}`, options, world);
    const { inspection } = await inspectCaptures([folder], options, world);
    const format = reportFormats.find(({ name }) => name === options.format) ?? reportFormats[0]!;
    // This Jaeger has no UI and ends with the demo; its replies stay, so the commands that the report proposes read those.
    const commandLine = { captures: [folder], inputs: `--traces ${shellWord(replies)}` };
    const style = reportOptions(options, world, { jaegerUi: undefined, commandLine });
    await writeReport(options.output, world, (sink) => format.write(inspection, style, sink));
    // That it finds an error is the point of it.
    world.setExitCode(0);
  } finally {
    server.close();
  }
}

/** As it is typed from where the user is. */
function sampleFolder(name: string): string {
  const path = fileURLToPath(packageFile(`samples/${name}`));
  const near = relative(".", path);
  return near.startsWith("..") ? path : near;
}

/** Where the report is text on standard output, the command stands above it; a report for machines stays what it is. */
function announce(command: string, { format, output }: { format: string; output: string | undefined }, world: World): void {
  const stream = format === "text" && output === undefined ? world.stdout : world.stderr;
  stream.write(`$ ${command}   (recorded packets, and a Jaeger that plays recorded replies)\n\n`);
}
