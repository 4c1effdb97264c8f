// The lines of one header field, as the formats need them: by name in any case, without optional whitespace, combined.

import { HTAB, SP } from "../wire/ascii.ts";
import type { Field } from "../wire/field.ts";

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
/** From an ASCII capital to its small letter. */
const TO_LOWER = 0x20;
/** Characters of the wire that a message quotes; a hostile value may be 16 KiB long. */
const MAX_QUOTED = 40;

/** Field names are case-insensitive (RFC 9110 §5.1). `lower` is lower case. */
export function isNamed(field: Field, lower: string): boolean {
  return field.name === lower || equalsIgnoringCase(field.name, lower);
}

/** Field names are ASCII, and a lower-cased copy of each would cost more than all the rest. */
export function equalsIgnoringCase(name: string, lower: string): boolean {
  if (name.length !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const code = name.charCodeAt(i);
    const isUpper = code >= UPPER_A && code <= UPPER_Z;
    if ((isUpper ? code + TO_LOWER : code) !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/** At most `most` parts of a value: `most` one larger than the grammar's tells that there is more. */
export function splitParts(value: string, separator: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < most) {
    const at = value.indexOf(separator, from);
    parts.push(at < 0 ? value.slice(from) : value.slice(from, at));
    if (at < 0) break;
    from = at + 1;
  }
  return parts;
}

/** Without the optional whitespace (SP and HTAB only, RFC 9110 §5.6.3) around it. */
export function trimOws(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isOws(text.charCodeAt(from))) from++;
  while (to > from && isOws(text.charCodeAt(to - 1))) to--;
  return to - from === text.length ? text : text.slice(from, to);
}

/** The lines of a list field, combined in order with commas (RFC 9110 §5.3); undefined when there is no line. */
export function combineLines(fields: readonly Field[], lower: string): string | undefined {
  let combined: string | undefined;
  for (const field of fields) {
    if (isNamed(field, lower)) combined = combined === undefined ? field.value : `${combined},${field.value}`;
  }
  return combined;
}

/** Why a field that is not a list must be ignored when it occurs more than once (RFC 9110 §5.3). */
export function occursMoreThanOnce(values: readonly string[]): string {
  return `the field occurs ${values.length} times, with ${areEqual(values)} values`;
}

/** The same for two values in one line, which is what a recipient sees that combined the lines; undefined without a comma. */
export function commaInSingleValue(value: string): string | undefined {
  if (!value.includes(",")) return undefined;
  const values = value.split(",").map(trimOws);
  return `one line holds ${values.length} ${areEqual(values)} values, separated by commas; the field is not a list`;
}

/** For messages: a few printable characters of what a sender wrote. */
export function quote(text: string): string {
  const head = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  let out = "";
  for (const character of head) out += isPrintable(character) ? character : "\u{fffd}";
  return `"${out}"`;
}

function isOws(code: number): boolean {
  return code === SP || code === HTAB;
}

function isPrintable(character: string): boolean {
  return (character >= " " && character <= "~") || character === "…";
}

function areEqual(values: readonly string[]): "equal" | "different" {
  const first = trimOws(values[0] ?? "");
  return values.every((value) => trimOws(value) === first) ? "equal" : "different";
}
