// What all measured receivers reject in one `traceparent` value, and what differs between them.

/** version "-" trace-id "-" parent-id "-" trace-flags, and what a later version may add (Trace Context §3.2.2). */
const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const FORBIDDEN_VERSION = "ff";

/** Why no receiver joins; undefined where all that were measured do, but for the flags. */
export function whyNobodyJoins(value: string): string | undefined {
  if (value.includes(",")) return "two values stand in one line";
  const parts = SHAPE.exec(value);
  if (parts === null) return /[A-F]/.test(value) ? "hex digits are in upper case" : "it is not 55 characters of the form 00-…-…-01";
  const [, version, traceId, parentId, , more] = parts;
  if (version === FORBIDDEN_VERSION) return "version ff is forbidden";
  if (/^0+$/.test(traceId ?? "") || /^0+$/.test(parentId ?? "")) return "an id is all zeros";
  if (version === "00" && more !== undefined) return "version 00 has four fields, and there are more";
  return undefined;
}

/** trace-flags as a number; undefined where the value has none. */
export function flagsOf(value: string): number | undefined {
  const flags = SHAPE.exec(value)?.[4];
  return flags === undefined ? undefined : Number.parseInt(flags, 16);
}
