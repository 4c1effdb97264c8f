// The ids that the wire showed, one GetTrace each.

import type { Interner } from "../spans/interner.ts";
import { mergeTraces } from "../spans/merge-traces.ts";
import type { Trace } from "../spans/span.ts";
import type { ApiGeneration } from "./api-generation.ts";
import { type RpcFailure, STATUS, shortReason } from "./explain-failure.ts";
import { inParallel } from "./in-parallel.ts";
import { CallFailed, type JaegerClient } from "./jaeger-client.ts";
import { shortForm } from "./short-form.ts";

export interface Found {
  readonly traces: readonly Trace[];
  readonly absent: readonly string[];
  readonly failed: readonly { readonly traceId: string; readonly reason: string }[];
  readonly respelled: readonly { readonly traceId: string; readonly heldAs: string }[];
}

type Answer = { readonly traces: readonly Trace[]; readonly heldAs?: string } | "absent" | { readonly reason: string };

/** So many calls in a row that find no server, or get no answer in time: the rest would only wait for the same. */
const GIVE_UP_AFTER = 16;

export async function lookUpTraces(
  client: JaegerClient,
  api: ApiGeneration,
  traceIds: readonly string[],
  concurrency: number,
  interner: Interner,
): Promise<Found> {
  let inARow = 0;
  const ask = async (traceId: string): Promise<Answer> => {
    if (inARow >= GIVE_UP_AFTER) return { reason: `not asked: ${inARow} look-ups before it got no answer` };
    try {
      const answer = await lookUp(client, api, traceId, interner);
      inARow = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      inARow = error.code === STATUS.unavailable || error.code === STATUS.deadlineExceeded ? inARow + 1 : 0;
      return { reason: shortReason(error) };
    }
  };
  return sortAnswers(traceIds, await inParallel(traceIds, concurrency, ask));
}

async function lookUp(client: JaegerClient, api: ApiGeneration, traceId: string, interner: Interner): Promise<Answer> {
  const traces = await getTrace(client, api, traceId, interner);
  if (traces.some((trace) => trace.traceId === traceId)) return { traces };
  // A 64-bit id is found under its padded form by Jaeger itself; a cut one is another trace.
  const heldAs = shortForm(traceId);
  if (heldAs === undefined) return "absent";
  const shortened = await getTrace(client, api, heldAs, interner);
  return shortened.some((trace) => trace.traceId === heldAs) ? { traces: shortened, heldAs } : "absent";
}

/** None when Jaeger does not hold it. */
async function getTrace(client: JaegerClient, api: ApiGeneration, traceId: string, interner: Interner): Promise<readonly Trace[]> {
  let messages: readonly Uint8Array[];
  try {
    messages = await client.call(api.paths.getTrace, api.getTrace(traceId));
  } catch (error) {
    if (error instanceof CallFailed && saysAbsent(error)) return [];
    throw error;
  }
  const pieces: Trace[] = [];
  for (const message of messages) {
    const reading = api.readTraces(message, interner);
    if (!reading) throw new CallFailed(STATUS.internal, `a message of ${message.length} bytes is no ${api.name} reply`);
    for (const trace of reading.traces) pieces.push(trace);
  }
  return mergeTraces(pieces.filter((trace) => trace.spans.length > 0));
}

/** Absence has three spellings: NOT_FOUND of api_v2, UNKNOWN of api_v3 in Jaeger 1.x, and a reply without spans of api_v3 in 2.x. */
function saysAbsent(failure: RpcFailure): boolean {
  return failure.code === STATUS.notFound || (failure.code === STATUS.unknown && /trace not found/i.test(failure.details));
}

function sortAnswers(traceIds: readonly string[], answers: readonly Answer[]): Found {
  const traces: Trace[] = [];
  const absent: string[] = [];
  const failed: { traceId: string; reason: string }[] = [];
  const respelled: { traceId: string; heldAs: string }[] = [];
  for (const [at, traceId] of traceIds.entries()) {
    const answer = answers[at];
    if (answer === undefined || answer === "absent") absent.push(traceId);
    else if ("reason" in answer) failed.push({ traceId, reason: answer.reason });
    else {
      for (const trace of answer.traces) traces.push(trace);
      if (answer.heldAs !== undefined) respelled.push({ traceId, heldAs: answer.heldAs });
    }
  }
  return { traces, absent, failed, respelled };
}
