// Traces from files instead of a server.

import { open } from "node:fs/promises";
import { Interner } from "../spans/interner.ts";
import { mergeTraces } from "../spans/merge-traces.ts";
import type { Trace } from "../spans/span.ts";
import { MAX_TRACE_FILE_BYTES } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import type { TraceAnswer, TraceBackend, TraceQuestion } from "./backend.ts";
import { isSelfTrace } from "./self-traces.ts";
import { shortForm } from "./short-form.ts";
import { readTraceFile } from "./trace-file-shapes.ts";

/** `ask` throws `UserError` when a file cannot be read or is no trace export: it was named by hand. The files are read once. */
export function openTraceFiles(paths: readonly string[]): TraceBackend {
  let loading: Promise<Loaded> | undefined;
  return {
    async ask(question) {
      loading ??= load(paths);
      return answer(question, paths, await loading);
    },
    close() {},
  };
}

interface Loaded {
  readonly traces: readonly Trace[];
  readonly warnings: readonly string[];
}

async function load(paths: readonly string[]): Promise<Loaded> {
  const interner = new Interner();
  const traces: Trace[] = [];
  const warnings: string[] = [];
  for (const path of paths) {
    const reading = readTraceFile(await readWhole(path), interner);
    if ("problem" in reading) throw new UserError(`${path} ${reading.problem}`);
    if (reading.traces.length === 0) warnings.push(`${path} holds no traces`);
    for (const trace of reading.traces) traces.push(trace);
    for (const text of reading.warnings) warnings.push(`${path}: ${text}`);
  }
  return { traces: mergeTraces(traces), warnings };
}

/** Everything the files hold is the answer: whoever exported them has chosen the window. */
function answer(question: TraceQuestion, paths: readonly string[], { traces, warnings }: Loaded): TraceAnswer {
  const held = new Set(traces.map((trace) => trace.traceId));
  const absent: string[] = [];
  const respelled: { traceId: string; heldAs: string }[] = [];
  const named = new Set(question.traceIds);
  for (const traceId of [...named].sort()) {
    if (held.has(traceId)) continue;
    const heldAs = shortForm(traceId);
    if (heldAs !== undefined && held.has(heldAs)) {
      respelled.push({ traceId, heldAs });
      named.add(heldAs);
    } else absent.push(traceId);
  }
  return {
    source: paths.join(", "),
    traces: traces.filter((trace) => named.has(trace.traceId) || !isSelfTrace(trace)),
    absent,
    failed: [],
    respelled,
    warnings,
    asked: new Set(question.traceIds).size,
    windowSearched: true,
  };
}

/** Reads in pieces up to the cap, so that a pipe works and a file that grows does not run away. */
async function readWhole(path: string): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    const file = await open(path, "r");
    try {
      for await (const piece of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
        length += piece.length;
        if (length > MAX_TRACE_FILE_BYTES)
          throw new UserError(`${path} is larger than ${MAX_TRACE_FILE_BYTES >> 20} MiB; export fewer traces, or split the file.`);
        pieces.push(piece);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`cannot read ${path}: ${why(error)}`);
  }
  return Buffer.concat(pieces, length);
}

function why(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "no such file. Name an export with --traces FILE.";
  if (code === "EISDIR") return "it is a directory. Name the files in it.";
  if (code === "EACCES") return "permission denied.";
  return error instanceof Error ? error.message : String(error);
}
