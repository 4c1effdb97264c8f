// `traceinspect live`: the main job on a capture that has not ended. Ctrl-C or --duration ends it.

import { DEFAULT_JAEGER, splitJaegerValue } from "../cli/options.ts";
import { number, readInspectOptions, text } from "../cli/read-values.ts";
import { inspect, WireReader } from "../pipeline.ts";
import { formatsWith } from "../propagation/registry.ts";
import { openLive } from "../sources/live.ts";
import type { LiveCapture } from "../sources/live-capture.ts";
import { type KeptFile, openKeptFile } from "../sources/live-keep.ts";
import { readCaptures } from "../sources/merge-captures.ts";
import { STDIN } from "../sources/open-source.ts";
import type { FileSummary } from "../sources/series-reader.ts";
import { UserError } from "../wire/user-error.ts";
import { annotateCaptures } from "./annotate.ts";
import { checkOutputs } from "./check-outputs.ts";
import { exportStitched } from "./export-stitched.ts";
import { readKeyLogs, unusedKeys } from "./key-logs.ts";
import { liveStatus } from "./live-status.ts";
import { checkDiagnosis } from "./pcap.ts";
import { prepareInputs } from "./prepare-inputs.ts";
import { reportInspection, writeWarnings } from "./report-inspection.ts";
import type { World } from "./world.ts";

interface LiveOptions {
  readonly interface: string;
  readonly filter: string | undefined;
  readonly durationMs: number | undefined;
  readonly write: string | undefined;
  readonly quiet: boolean;
}

/** Drops are asked for every other second: each answer is a line on the program's standard error. */
const TICKS_PER_COUNT = 8;
/** What a timer of Node can wait: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

export async function runLive(values: Readonly<Record<string, unknown>>, world: World): Promise<void> {
  const options = readInspectOptions(values, jaegerOf(values.jaeger));
  const live = readLiveOptions(values, options.quiet);
  checkDiagnosis(options);
  if (options.annotate !== undefined && live.write === undefined)
    throw new UserError("--annotate needs the packets in a file: add --write FILE.");
  await checkOutputs(options, [], live.write);
  const formats = formatsWith(options.propagationFormat);
  const { traces, names, keyLog, hasFailed } = await prepareInputs(options, world);
  const wire = new WireReader({ keyLog, formats });
  const { files, warnings } = await captureUntilEnd(live, wire, world);
  // Programs write their secrets while they are captured.
  const { warnings: known } = await readKeyLogs(options.keylog, keyLog);
  const inspected = await inspect(wire, files, { names, traces, isJudged: options.diagnosis, isPairingFull: options.isPairingFull });
  const inspection = {
    ...inspected,
    warnings: [...known, ...warnings, ...unusedKeys(options.keylog, inspected.tls), ...inspected.warnings],
  };
  writeWarnings(inspection, options, world);
  // Without a file there is nothing that another command could read.
  await reportInspection(inspection, options, world, live.write === undefined ? [] : [live.write], hasFailed());
  await exportStitched(inspection, options, world);
  if (options.annotate === undefined || live.write === undefined) return;
  const series = [{ name: live.write, files: [{ index: 0, path: live.write }] }];
  await annotateCaptures(options.annotate, series, inspection, options.quiet, world);
}

function readLiveOptions(values: Readonly<Record<string, unknown>>, quiet: boolean): LiveOptions {
  const seconds = number(values, "duration", 0);
  return {
    interface: text(values, "interface") ?? "any",
    filter: text(values, "filter"),
    durationMs: seconds > 0 ? Math.min(seconds * 1000, LONGEST_MS) : undefined,
    write: text(values, "write"),
    quiet,
  };
}

function jaegerOf(value: unknown): string | undefined {
  const { jaeger, captures } = splitJaegerValue(typeof value === "string" || value === true ? value : undefined, [], () => false);
  if (captures[0] !== undefined)
    throw new UserError(`--jaeger ${captures[0]}: expected HOST or HOST:PORT, as in --jaeger ${DEFAULT_JAEGER}.`);
  return jaeger;
}

interface Captured {
  readonly files: readonly FileSummary[];
  readonly warnings: readonly string[];
}

async function captureUntilEnd(live: LiveOptions, wire: WireReader, world: World): Promise<Captured> {
  let interrupts = 0;
  let onInterrupt: (() => void) | undefined;
  // From the beginning: a program that is being started must not outlive this one.
  const stopListening = world.onInterrupt(() => {
    interrupts++;
    onInterrupt?.();
  });
  let capture: LiveCapture | undefined;
  let kept: KeptFile | undefined;
  try {
    capture = await openLive({ ...live, env: world.env, onExit: world.onExit });
    // Only now: a capture that was refused must not empty a file of an earlier one.
    kept = live.write === undefined ? undefined : await openKeptFile(live.write);
    return await read(capture, kept, live, wire, world, (listen) => {
      onInterrupt = () => listen(interrupts);
      if (interrupts > 0) onInterrupt();
    });
  } finally {
    stopListening();
    capture?.kill();
    await kept?.close();
  }
}

/** The file that keeps the packets is what their numbers belong to; without one, the interface stands for them. */
async function read(
  capture: LiveCapture,
  kept: KeptFile | undefined,
  live: LiveOptions,
  wire: WireReader,
  world: World,
  onInterrupt: (listen: (times: number) => void) => void,
): Promise<Captured> {
  const name = live.write ?? live.interface;
  const sink = wire.sinkFor(0, name);
  let packets = 0;
  let ticks = 0;
  const status = liveStatus(
    world,
    live.quiet,
    () => ({ packets, exchanges: wire.exchanges.size, lost: capture.lost }),
    () => {
      if (ticks++ % TICKS_PER_COUNT === 0) capture.askLost();
    },
  );
  const end = () => capture.stop();
  const timer = live.durationMs === undefined ? undefined : setTimeout(end, live.durationMs);
  status.say(
    `capturing on ${live.interface} with ${capture.program}; ${live.durationMs === undefined ? "" : "the end of --duration or "}Ctrl-C gives the report.`,
  );
  onInterrupt((times) => {
    if (times > 1) return capture.kill();
    status.say("ending the capture; what was seen until now is still read (Ctrl-C again: leave it).");
    end();
  });
  try {
    const counting = {
      ...sink,
      packet(packet: Parameters<typeof sink.packet>[0]) {
        packets++;
        sink.packet(packet);
      },
    };
    const series = [{ name, files: [{ index: 0, path: STDIN }] }];
    const files = await readCaptures(series, () => counting, world.watchMemory, kept?.keep(capture.stream) ?? capture.stream);
    const why = await capture.ended;
    if (capture.lost !== undefined) sink.lost(capture.lost, 0);
    const early = why === undefined ? [] : [`${capture.program} ended the capture by itself: ${why}.`];
    return { files: files.map((file) => ({ ...file, file: name })), warnings: [...early, ...capture.warnings] };
  } finally {
    clearTimeout(timer);
    status.end();
  }
}
