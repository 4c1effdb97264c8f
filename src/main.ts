#!/usr/bin/env node
// The process: arguments in, report out, exit code. Nothing else touches `process`.

import { setFlagsFromString } from "node:v8";
import { type Actions, buildProgram, isUsageError } from "./cli/program.ts";
import type { World } from "./commands/world.ts";
import { reportFormatNames } from "./report/report-format.ts";
import { toolVersion } from "./report/tool.ts";
import { UserError } from "./wire/user-error.ts";

/** Bytes from which on memory is dearer than time. */
const MUCH_MEMORY = 128 << 20;
let isSaving = false;
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const COULD_NOT = 2;
const BUG = 70;

const world: World = {
  // Opened when it is read: --help must not wait for it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(callback) {
    for (const signal of INTERRUPTS) process.on(signal, callback);
    return () => {
      for (const signal of INTERRUPTS) process.off(signal, callback);
    };
  },
  onExit(callback) {
    process.on("exit", callback);
    return () => process.off("exit", callback);
  },
  setExitCode(code) {
    process.exitCode = code;
  },
  watchMemory,
};

// A command's code is loaded when it is used: --help must not wait for it.
const actions: Actions = {
  pcap: async (captures, values) => (await import("./commands/pcap.ts")).runPcap(captures, values, world),
  trace: async (id, captures, values) => (await import("./commands/trace.ts")).runTrace(id, captures, values, world),
  live: async (values) => (await import("./commands/live.ts")).runLive(values, world),
  explain: async (topic) => (await import("./commands/explain.ts")).runExplain(topic, world),
  demo: async (values) => (await import("./commands/demo.ts")).runDemo(values, world),
};

// `traceinspect … | head` is no failure, nor is it when nobody reads the warnings.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`traceinspect: standard output cannot be written (${error.message}).\n`);
  process.exit(COULD_NOT);
});
process.stderr.on("error", () => undefined);

// Node's own exit code for it is 1, which says that something was found.
process.on("uncaughtException", (error) => {
  sayBug(error);
  process.exit(BUG);
});

// V8 by itself lets as much garbage lie as there is in use, and more.
function watchMemory(): void {
  if (isSaving || process.memoryUsage.rss() < MUCH_MEMORY) return;
  isSaving = true;
  setFlagsFromString("--heap-growing-percent=20");
}

void run().then(() =>
  // All is said and done: Node's own way out would wait for its compiler to finish what nobody runs any more. What is not written yet is waited for, and
  // what could not be written is told first.
  setImmediate(() => {
    if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  }),
);

async function run(): Promise<void> {
  try {
    const program = buildProgram(actions, { version: toolVersion, reportFormats: reportFormatNames });
    if (process.argv.length > 2) await program.parseAsync();
    else program.outputHelp();
  } catch (error) {
    if (isUsageError(error)) process.exitCode = error.exitCode === 0 ? 0 : COULD_NOT;
    else if (error instanceof UserError) {
      process.stderr.write(`traceinspect: ${error.message}\n`);
      process.exitCode = COULD_NOT;
    } else {
      sayBug(error);
      process.exitCode = BUG;
    }
  }
}

function sayBug(error: unknown): void {
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`traceinspect: this is a bug in traceinspect, please report it:\n${stack}\n`);
}
