// What both encodings of B3 share: their identifiers (openzipkin/b3-propagation, "Identifiers").

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import type { TraceContext } from "./format.ts";
import { canonicalId, isHex, isZeros } from "./hex.ts";

export interface B3Ids {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
}

/** "The TraceId is encoded as 32 or 16 lower-hex characters." */
export function traceIdProblem(name: string, id: string): string | undefined {
  if (id.length !== TRACE_ID_DIGITS && id.length !== SPAN_ID_DIGITS) return wrongLength(name, id, "32 or 16");
  return digitsProblem(name, id);
}

/** "The SpanId is encoded as 16 lower-hex characters." */
export function spanIdProblem(name: string, id: string): string | undefined {
  if (id.length !== SPAN_ID_DIGITS) return wrongLength(name, id, "16");
  return digitsProblem(name, id);
}

/** The same, but zero is let through: Envoy-based senders write it for a root span, which has no parent. */
export function parentSpanIdProblem(name: string, id: string): string | undefined {
  return id.length === SPAN_ID_DIGITS && isZeros(id, 0, id.length) ? undefined : spanIdProblem(name, id);
}

/** Of ids without problems. */
export function b3Context(ids: B3Ids, sampled: TraceContext["sampled"], warnings: string[]): TraceContext {
  const traceId = canonicalId(ids.traceId, TRACE_ID_DIGITS);
  const spanId = canonicalId(ids.spanId, SPAN_ID_DIGITS);
  const parentSeen = parentOf(ids.parentSpanId, warnings);
  const context: { -readonly [Name in keyof TraceContext]: TraceContext[Name] } = { traceId, spanId, sampled };
  if (traceId !== ids.traceId) context.traceIdSeen = ids.traceId;
  if (parentSeen !== undefined) context.parentSpanId = canonicalId(parentSeen, SPAN_ID_DIGITS);
  if (!traceId.endsWith(ids.traceId) || spanId !== ids.spanId || context.parentSpanId !== parentSeen) {
    warnings.push("the ids hold upper-case hex digits; they are encoded as lower-hex characters, and receivers differ in accepting others");
  }
  return context;
}

function parentOf(id: string | undefined, warnings: string[]): string | undefined {
  if (id === undefined || !isZeros(id, 0, id.length)) return id;
  warnings.push("ParentSpanId is all zeroes; it must be absent on the root span");
  return undefined;
}

function wrongLength(name: string, id: string, allowed: string): string {
  if (id === "") return `${name} is empty; absent means that it does not exist, an empty one is malformed`;
  const comma = id.includes(",") ? "; a comma separates several values in one line" : "";
  return `${name} is ${id.length} characters long, not ${allowed} lower-hex characters${comma}`;
}

function digitsProblem(name: string, id: string): string | undefined {
  if (!isHex(id)) return `${name} holds a character that is not a hex digit`;
  return isZeros(id, 0, id.length) ? `${name} is all zeroes` : undefined;
}
