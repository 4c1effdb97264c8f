/**
 * Microseconds since the Unix epoch: Jaeger's unit. A double holds today's microseconds to 0.25 µs, so the last two
 * digits of a nanosecond capture are lost.
 */
export type Timestamp = number;

/** One second in the unit of `Timestamp`. */
export const SECOND = 1_000_000;
/** One millisecond in the unit of `Timestamp`. */
export const MILLISECOND = 1_000;

/** ISO 8601 with microseconds, in UTC: `2026-11-22T14:30:30.768964Z`. */
export function toIso(at: Timestamp): string {
  const micros = Math.round(at);
  const millis = Math.floor(micros / 1000);
  const date = new Date(millis);
  if (Number.isNaN(date.getTime())) return "invalid time";
  return `${date.toISOString().slice(0, -1)}${String(micros - millis * 1000).padStart(3, "0")}Z`;
}
