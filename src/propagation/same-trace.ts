// Whether ids that different formats spell differently are of one trace.

import { SPAN_ID_DIGITS } from "../wire/id-digits.ts";

export interface SpeltTraceId {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Name of the format that it was read from; undefined where it is not known (a span's own id). */
  readonly format?: string | undefined;
}

/**
 * Formats whose trace id is a number of 64 bits by definition, so that the upper half of a longer one is left out without being another trace:
 * Datadog sends it apart (`_dd.p.tid`) or not at all, and OpenTelemetry's propagator for OpenTracing writes the lower half of its id.
 */
const HALF_ID_FORMATS: ReadonlySet<string> = new Set(["datadog", "ot"]);
const NO_UPPER_HALF = "0".repeat(SPAN_ID_DIGITS);

/**
 * Ids are compared as 32 hex digits, which is how every format's reader gives them (X-Ray's `1-5759e988-bd862e3fe1be46a994272793` is
 * `5759e988bd862e3fe1be46a994272793`). One of 64 bits, from a format that has no more, is the lower half of the other.
 */
export function isSameTrace(one: SpeltTraceId, other: SpeltTraceId): boolean {
  if (one.traceId === other.traceId) return true;
  return (isHalf(one) || isHalf(other)) && one.traceId.endsWith(other.traceId.slice(SPAN_ID_DIGITS));
}

/** The id in full, where another of the same message has it; else as it is. */
export function fullTraceId(id: SpeltTraceId, others: readonly SpeltTraceId[]): string {
  if (!isHalf(id)) return id.traceId;
  return others.find((other) => !other.traceId.startsWith(NO_UPPER_HALF) && isSameTrace(id, other))?.traceId ?? id.traceId;
}

function isHalf({ traceId, format }: SpeltTraceId): boolean {
  return format !== undefined && HALF_ID_FORMATS.has(format) && traceId.startsWith(NO_UPPER_HALF);
}
