// 64-bit nanoseconds → microseconds. Nanoseconds since 1970 need 61 bits, a double has 53: they are never one number here.

import type { Timestamp } from "../wire/timestamp.ts";
import type { Int64 } from "./proto-messages.ts";

const TWO_32 = 4_294_967_296;

/**
 * Down to quarters of a microsecond, which today's timestamps hold exactly as a double. Rounding any other way could carry
 * into the next microsecond, and the same span read from an encoding that cuts to microseconds would then differ.
 */
function quarters(micros: number, nanos: number): Timestamp {
  return micros + Math.floor(nanos / 250) / 4;
}

/** fixed64 nanoseconds of OTLP protobuf. */
export function nanosToMicros(nanos: Int64): Timestamp {
  const high = nanos.high >>> 0;
  // high × 2^32 = high × (4,294,967 × 1,000 + 296), so that no product exceeds 2^53 before the year 2262.
  const rest = high * 296 + (nanos.low >>> 0);
  return quarters(high * 4_294_967 + Math.floor(rest / 1000), rest % 1000);
}

/** Decimal nanoseconds of OTLP JSON, or a number where the writer did not mind its precision; undefined when it is neither. */
export function nanosFromJson(value: unknown): Timestamp | undefined {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return quarters(Math.floor(value / 1000), value % 1000);
  if (typeof value !== "string" || !/^\d{1,20}$/.test(value)) return undefined;
  return quarters(Number(value.slice(0, -3)), Number(value.slice(-3)));
}

/** Seconds and nanoseconds of google.protobuf.Timestamp, optionally with a Duration added. */
export function timeToMicros(time: Seconds, plus?: Seconds): Timestamp {
  const seconds = int64ToNumber(time.seconds) + (plus ? int64ToNumber(plus.seconds) : 0);
  const nanos = time.nanos + (plus ? plus.nanos : 0);
  const micros = Math.floor(nanos / 1000);
  return quarters(seconds * 1_000_000 + micros, nanos - micros * 1000);
}

export interface Seconds {
  readonly seconds: Int64;
  readonly nanos: number;
}

/** Exact up to 2^53; beyond it the nearest double. */
export function int64ToNumber(value: Int64): number {
  return value.high * TWO_32 + (value.low >>> 0);
}
