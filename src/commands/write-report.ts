// Hands a report to a file or to standard output, piece by piece, and decides the exit code.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { OutputOptions } from "../cli/options.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { severities } from "../diagnosis/verdict.ts";
import type { ReportOptions, ReportSink, Writing } from "../report/report-format.ts";
import { cannotWrite } from "../wire/cannot-write.ts";
import { pageWidth } from "./page-width.ts";
import type { World } from "./world.ts";

/** Pieces are joined to blocks of this many characters before they are written. */
const BLOCK = 64 << 10;

/** `option`: what names another file, for who must be told that this one cannot be written. */
export async function writeReport(
  output: string | undefined,
  world: World,
  write: (sink: ReportSink) => Writing,
  option = "-o",
): Promise<void> {
  const stream: Writable = output === undefined ? world.stdout : createWriteStream(output);
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  let block = "";
  const flush = async (): Promise<void> => {
    const isTaken = stream.write(block);
    block = "";
    // A slow reader is waited for: a report of all exchanges may be larger than memory.
    if (!isTaken) await drained(stream);
  };
  const writing = write((text) => {
    block += text;
  });
  for (const _ of writing) {
    if (block.length >= BLOCK) await flush();
    if (failure !== undefined) break;
  }
  if (failure === undefined) await flush();
  if (output !== undefined) {
    stream.end();
    await finished(stream).catch((error: Error) => {
      failure ??= error;
    });
  }
  if (failure !== undefined && output !== undefined) throw cannotWrite(output, failure, option);
}

async function drained(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  const stop = new AbortController();
  const { signal } = stop;
  await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]).catch(() => undefined);
  stop.abort();
}

export function reportOptions(options: OutputOptions, world: World, more: Pick<ReportOptions, "jaegerUi" | "commandLine">): ReportOptions {
  const isTerminal = options.output === undefined && world.stdout.isTTY === true;
  const { env } = world;
  const isColoured = isTerminal && options.color && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return {
    hops: options.hops ?? (options.diagnosis ? (options.format === "json" ? "faulty" : "none") : "all"),
    width: pageWidth(world, isTerminal, { least: 60, elsewhere: 120 }),
    isColoured,
    isTerminal,
    isVerbose: options.verbose,
    showBaggage: options.showBaggage,
    ...more,
  };
}

/** 1 when a finding is as grave as `--fail-on` or graver. */
export function exitCode({ diagnosis }: Inspection, failOn: OutputOptions["failOn"]): number {
  if (failOn === "never") return 0;
  const limit = severities.indexOf(failOn);
  return diagnosis.findings.some(({ severity }) => severities.indexOf(severity) <= limit) ? 1 : 0;
}
