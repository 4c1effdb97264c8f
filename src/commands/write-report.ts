// Hands a report to a file or to standard output, piece by piece, and decides the exit code.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { OutputOptions } from "../cli/options.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import { severities } from "../diagnosis/verdict.ts";
import type { ReportOptions, ReportSink } from "../report/report-format.ts";
import { UserError } from "../wire/user-error.ts";
import type { World } from "./world.ts";

/** Pieces are joined to blocks of this many characters before they are written. */
const BLOCK = 64 << 10;

export async function writeReport(output: string | undefined, world: World, write: (sink: ReportSink) => void): Promise<void> {
  const stream: Writable = output === undefined ? world.stdout : createWriteStream(output);
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  let block = "";
  write((text) => {
    block += text;
    if (block.length >= BLOCK) {
      stream.write(block);
      block = "";
    }
  });
  if (!stream.write(block)) await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => undefined);
  if (output !== undefined) {
    stream.end();
    await finished(stream).catch((error: Error) => {
      failure ??= error;
    });
  }
  if (failure !== undefined && output !== undefined) {
    const code = "code" in failure ? failure.code : undefined;
    const why = code === "ENOENT" ? "its folder does not exist" : code === "EACCES" ? "no permission" : failure.message;
    throw new UserError(`${output} cannot be written (${why}). Name another file with -o.`);
  }
}

export function reportOptions(options: OutputOptions, world: World, more: Pick<ReportOptions, "jaegerUi" | "commandLine">): ReportOptions {
  const isTerminal = options.output === undefined && world.stdout.isTTY === true;
  const { env } = world;
  const isColoured = isTerminal && options.color && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return {
    hops: options.hops ?? (options.format === "json" ? "faulty" : "none"),
    width: isTerminal ? Math.max(60, world.stdout.columns ?? 80) : 120,
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
