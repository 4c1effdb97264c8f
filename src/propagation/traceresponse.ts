// What a server says of the trace that it recorded a request in: the `traceresponse` field of responses.
// W3C Trace Context Level 2, editor's draft (HTTP Response Headers Format); its earlier drafts let every part but the
// version be empty, and both are on the wire.

import type { Field } from "../wire/field.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { isNamed, splitParts, trimOws } from "./field-lines.ts";
import { isLowerHex, isZeros } from "./hex.ts";

export const TRACE_RESPONSE_HEADER = "traceresponse";

export interface TraceResponse {
  readonly traceId?: string;
  /** The child-id: the server's span. */
  readonly spanId?: string;
  readonly sampled?: boolean;
}

const VERSION_DIGITS = 2;
const FLAGS_DIGITS = 2;
const FLAG_SAMPLED = 0x01;

/**
 * Undefined when no field, or no part of it, says anything; when any part is invalid ("MUST ignore the traceresponse header");
 * and when fields contradict each other. Never throws.
 */
export function readTraceResponse(fields: readonly Field[]): TraceResponse | undefined {
  let value: string | undefined;
  for (const field of fields) {
    if (!isNamed(field, TRACE_RESPONSE_HEADER)) continue;
    const next = trimOws(field.value);
    if (value !== undefined && value !== next) return undefined;
    value = next;
  }
  return value === undefined ? undefined : parse(value);
}

/** `version "-" trace-id "-" child-id "-" trace-flags`. */
function parse(value: string): TraceResponse | undefined {
  const [version = "", traceId, childId, flags, ...more] = splitParts(value, "-", 5);
  if (!isPart(version, VERSION_DIGITS) || version === "" || version === "ff") return undefined;
  if (more.length > 0 && version === "00") return undefined;
  if (traceId === undefined || childId === undefined || flags === undefined) return undefined;
  if (!isId(traceId, TRACE_ID_DIGITS) || !isId(childId, SPAN_ID_DIGITS) || !isPart(flags, FLAGS_DIGITS)) return undefined;
  if (traceId === "" && childId === "" && flags === "") return undefined;
  return {
    ...(traceId === "" ? {} : { traceId }),
    ...(childId === "" ? {} : { spanId: childId }),
    ...(flags === "" ? {} : { sampled: (Number.parseInt(flags, 16) & FLAG_SAMPLED) !== 0 }),
  };
}

function isPart(part: string, digits: number): boolean {
  return part === "" || (part.length === digits && isLowerHex(part, 0, digits));
}

/** "All bytes as zero is considered an invalid value." */
function isId(part: string, digits: number): boolean {
  return isPart(part, digits) && (part === "" || !isZeros(part, 0, digits));
}
