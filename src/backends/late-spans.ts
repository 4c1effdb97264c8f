// Spans come late: SDKs batch for 5 s, Jaeger takes a fifth of a second more. A trace that was read at once may lack spans that
// nobody lost, so incomplete traces are asked for again until they stop growing.

import { mergeTraces } from "../spans/merge-traces.ts";
import type { Trace } from "../spans/span.ts";
import { sum } from "../wire/sum.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";
import { UserError } from "../wire/user-error.ts";
import type { TraceAnswer, TraceBackend, TraceQuestion } from "./backend.ts";

/** Spans of a capture that ended longer ago have come, or never will. */
const FRESH = 30 * SECOND;
/** Without a new span for so long, a trace has stopped growing: the usual batch of 5 s and the way to the storage. */
const QUIET = 6 * SECOND;
/** Between two questions. */
const PAUSE_MS = 1_000;

export interface Progress {
  readonly now: Timestamp;
  /** End of the capture, on the clock of `now`. */
  readonly capturedUntil: Timestamp;
  /** When the first answer came. */
  readonly since: Timestamp;
  /** When an answer last held more spans than the one before; undefined before any did. */
  readonly grewAt: Timestamp | undefined;
  /** Incomplete traces and absent ids. */
  readonly incomplete: number;
  /** How long may be waited in all (`--wait`). */
  readonly wait: Timestamp;
}

/** `so far`: the wait is over and spans may still be coming. */
export function decideWait(progress: Progress): "ask again" | "settled" | "so far" {
  const { now, capturedUntil, since, grewAt, incomplete, wait } = progress;
  if (incomplete === 0 || since - capturedUntil >= FRESH) return "settled";
  if (now - Math.max(capturedUntil, grewAt ?? capturedUntil) >= QUIET) return "settled";
  return now - since >= wait ? "so far" : "ask again";
}

export interface WaitOptions {
  readonly capturedUntil: Timestamp;
  /** 0: ask once. */
  readonly waitMs: number;
  readonly now: () => Timestamp;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface SettledAnswer {
  readonly answer: TraceAnswer;
  /** Ids of traces that may still grow: what a finding says of them holds "so far". */
  readonly soFar: readonly string[];
}

export async function askUntilSettled(backend: TraceBackend, question: TraceQuestion, options: WaitOptions): Promise<SettledAnswer> {
  let answer = await backend.ask(question);
  const since = options.now();
  let grewAt: Timestamp | undefined;
  for (;;) {
    const incomplete = incompleteIds(answer);
    const progress = {
      now: options.now(),
      capturedUntil: options.capturedUntil,
      since,
      grewAt,
      incomplete: incomplete.length,
      wait: options.waitMs * 1_000,
    };
    const decision = decideWait(progress);
    if (decision !== "ask again") return { answer, soFar: decision === "so far" ? incomplete : [] };
    await options.sleep(PAUSE_MS);
    let again: TraceAnswer;
    try {
      again = await backend.ask({ ...question, traceIds: namedOf(incomplete, question, answer) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // What was answered before holds.
      return {
        answer: { ...answer, warnings: [...answer.warnings, `late spans were not waited for: ${error.message}`] },
        soFar: incomplete,
      };
    }
    const before = spanCount(answer);
    answer = mergeAnswers(answer, again);
    if (spanCount(answer) > before) grewAt = options.now();
  }
}

/** Absent, failed, or with a parent that is not there. A caller outside that exports nothing looks the same: it costs a wait, no more. */
function incompleteIds(answer: TraceAnswer): readonly string[] {
  const orphaned = answer.traces.filter(lacksParent).map((trace) => trace.traceId);
  return [...new Set([...answer.absent, ...answer.failed.map((each) => each.traceId), ...orphaned])].sort();
}

/** Traces that the window search found come again with it: to name them would let `--max-traces` push out ids of the wire. */
function namedOf(incomplete: readonly string[], question: TraceQuestion, answer: TraceAnswer): readonly string[] {
  const named = new Set([...question.traceIds, ...answer.respelled.map((each) => each.heldAs)]);
  return incomplete.filter((traceId) => named.has(traceId));
}

function lacksParent(trace: Trace): boolean {
  const ids = new Set(trace.spans.map((span) => span.spanId));
  return trace.spans.some((span) => span.parentSpanId !== undefined && !ids.has(span.parentSpanId));
}

/** The second asked for some of the first's ids again, and for the whole window. */
function mergeAnswers(first: TraceAnswer, second: TraceAnswer): TraceAnswer {
  const traces = mergeTraces([...first.traces, ...second.traces]);
  const held = new Set(traces.map((trace) => trace.traceId));
  const respelled = new Map([...first.respelled, ...second.respelled].map((each) => [each.traceId, each]));
  const isOpen = (traceId: string): boolean => !held.has(traceId) && !respelled.has(traceId);
  return {
    ...second,
    traces,
    absent: second.absent.filter(isOpen),
    failed: second.failed.filter(({ traceId }) => isOpen(traceId)),
    respelled: [...respelled.values()].filter(({ traceId }) => !held.has(traceId)),
    warnings: [...new Set([...first.warnings, ...second.warnings])],
    asked: first.asked,
  };
}

function spanCount(answer: TraceAnswer): number {
  return sum(answer.traces.map(({ spans }) => spans.length));
}
