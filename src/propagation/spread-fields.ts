// Formats that spread a context over several fields, or write ids as numbers: what they share.

import type { Field } from "../wire/field.ts";
import { SPAN_ID_DIGITS } from "../wire/id-digits.ts";
import { isNamed, trimOws } from "./field-lines.ts";

/** 2^64 - 1 has 20 digits. */
const MAX_UINT64_DIGITS = 20;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
const UNRULED = "the first value is read here, and receivers differ";

/**
 * The value of the first line of a field; says with a warning when there are more. `spelling`: the field as its specification writes it. `rule`: what the
 * specification says of more lines; most say nothing.
 */
export function firstLineOf(
  fields: readonly Field[],
  lower: string,
  spelling: string,
  warnings: string[],
  rule = UNRULED,
): string | undefined {
  let value: string | undefined;
  let count = 0;
  for (const field of fields) {
    if (!isNamed(field, lower)) continue;
    value ??= trimOws(field.value);
    count++;
  }
  if (count > 1) warnings.push(`${spelling} occurs ${count} times; ${rule}`);
  return value;
}

/** An unsigned decimal number of 64 bits as 16 lower-case hex digits; undefined for anything else. Not by `Number`: a double loses the low bits. */
export function decimalToHex(text: string): string | undefined {
  if (text.length === 0 || text.length > MAX_UINT64_DIGITS) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  const value = BigInt(text);
  return value > MAX_UINT64 ? undefined : value.toString(16).padStart(SPAN_ID_DIGITS, "0");
}
