// Hexadecimal ids are told by character code: no regular expression and no copy before the whole value is known to be good.

const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_F = 0x46;
const LOWER_A = 0x61;
const LOWER_F = 0x66;

/** Only `0`–`9` and `a`–`f` in [from, to): W3C's HEXDIGLC, B3's lower-hex. */
export function isLowerHex(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isLowerHexDigit(text.charCodeAt(i))) return false;
  return true;
}

/** Only `0`–`9`, `a`–`f` and `A`–`F`, at least one of them. */
export function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isLowerHexDigit(code) && !(code >= UPPER_A && code <= UPPER_F)) return false;
  }
  return text.length > 0;
}

/** Only `0` in [from, to). */
export function isZeros(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== ZERO) return false;
  return true;
}

/** The byte that two lower-case hex digits at `at` stand for. */
export function lowerHexByte(text: string, at: number): number {
  return lowerHexDigit(text.charCodeAt(at)) * 16 + lowerHexDigit(text.charCodeAt(at + 1));
}

/** The id that traces and spans are compared by: lower case, and shorter ones padded with zeros on the left to `digits`. */
export function canonicalId(seen: string, digits: number): string {
  if (seen.length === digits && isLowerHex(seen, 0, digits)) return seen;
  return seen.toLowerCase().padStart(digits, "0");
}

function lowerHexDigit(code: number): number {
  return code <= NINE ? code - ZERO : code - LOWER_A + 10;
}

function isLowerHexDigit(code: number): boolean {
  return (code >= ZERO && code <= NINE) || (code >= LOWER_A && code <= LOWER_F);
}
