// Runs a capturing program on a pipe: packets on its standard output, what it has to say on its standard error.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { LiveCapture, LiveRequest } from "./live-capture.ts";
import { ownWords } from "./live-complaint.ts";
import type { CaptureProgram } from "./live-program.ts";

/** `missing`: there is no such program; `refusal`: it ended before it captured anything. */
export type Start = LiveCapture | { readonly refusal: string } | "missing";

/** Where programs for administrators are and a user's PATH may not lead. */
const MORE_FOLDERS = ":/usr/local/sbin:/usr/sbin:/sbin";
/**
 * The kernel hands packets on when its block is full or after 1 s (tcpdump's read timeout; dumpcap's is 250 ms), and what is in the
 * block when the program is interrupted is lost without being counted. So the end is asked for a little later than it was wanted.
 */
const LAST_BLOCK_MS = 1_200;
const KEPT_WORDS = 16 << 10;

export async function startProgram(program: CaptureProgram, request: LiveRequest): Promise<Start> {
  const child = spawn(program.name, program.arguments(request), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...request.env, PATH: `${request.env.PATH ?? ""}${MORE_FOLDERS}`, LC_ALL: "C" },
    // Ctrl-C on a terminal goes to the whole process group; when the capture ends is for us to say.
    detached: true,
  });
  const capture = new ProgramCapture(program, child, child.stdout, child.stderr);
  const stopListening = request.onExit(() => capture.kill());
  child.on("exit", stopListening);
  child.on("error", stopListening);
  const outcome = await capture.started;
  if (outcome === "running") return capture;
  return outcome === "missing" ? "missing" : { refusal: capture.said };
}

class ProgramCapture implements LiveCapture {
  readonly program: string;
  readonly stream: Readable;
  readonly warnings = [];
  readonly ended: Promise<string | undefined>;
  readonly started: Promise<"running" | "ended" | "missing">;
  /** What it said on standard error, the latest part. */
  said = "";
  readonly #kind: CaptureProgram;
  readonly #child: ChildProcess;
  #isStopped = false;
  #hasExited = false;

  constructor(kind: CaptureProgram, child: ChildProcess, stdout: Readable, stderr: Readable) {
    this.program = kind.name;
    this.stream = stdout;
    this.#kind = kind;
    this.#child = child;
    this.started = new Promise((resolve) => {
      child.on("error", () => resolve("missing"));
      child.on("close", () => resolve("ended"));
      stdout.once("readable", () => {
        if (stdout.readableLength > 0) resolve("running");
        else stdout.resume();
      });
      stderr.setEncoding("utf8").on("data", (text: string) => {
        this.said = (this.said + text).slice(-KEPT_WORDS);
        if (kind.running.test(this.said)) resolve("running");
      });
    });
    this.ended = new Promise((resolve) => {
      child.on("exit", () => {
        this.#hasExited = true;
      });
      child.on("close", () => resolve(this.#isStopped ? undefined : ownWords(this.said)));
    });
  }

  get lost(): number | undefined {
    return this.#kind.lost(this.said);
  }

  askLost(): void {
    if (this.#kind.countsOnSignal && !this.#isStopped) this.#child.kill("SIGUSR1");
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    setTimeout(() => this.#child.kill("SIGINT"), LAST_BLOCK_MS);
  }

  kill(): void {
    this.#isStopped = true;
    if (!this.#hasExited) this.#child.kill("SIGKILL");
  }
}
