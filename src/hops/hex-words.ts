// Hex digits as unsigned 32-bit words, and back.

import { latin1 } from "../wire/latin1.ts";

export const DIGITS_PER_WORD = 8;

const NO_DIGIT = 0xff;
/** Values of the lower-case hex digits by character code. */
const VALUES = new Uint8Array(256).fill(NO_DIGIT);
/** Character codes of the digits by value. */
const CODES = new Uint8Array(16);
for (let digit = 0; digit < 16; digit++) {
  CODES[digit] = digit.toString(16).charCodeAt(0);
  VALUES[CODES[digit]!] = digit;
}

/** The word that the eight lower-case hex digits at `from` stand for; -1 where one of them is none. */
export function hexWord(text: string, from: number): number {
  let word = 0;
  let all = 0;
  for (let i = from; i < from + DIGITS_PER_WORD; i++) {
    const value = VALUES[text.charCodeAt(i) & 0xff]!;
    all |= value;
    word = (word << 4) | value;
  }
  return all === NO_DIGIT ? -1 : word >>> 0;
}

/** The byte that two lower-case hex digits stand for; -1 where one of them is none. */
export function hexByte(text: string, from: number): number {
  const high = VALUES[text.charCodeAt(from) & 0xff]!;
  const low = VALUES[text.charCodeAt(from + 1) & 0xff]!;
  return high === NO_DIGIT || low === NO_DIGIT ? -1 : (high << 4) | low;
}

const LONGEST = 4;
const scratch = Buffer.alloc(LONGEST * DIGITS_PER_WORD);

/** The `count` words at `from`, at most four, as lower-case hex digits. */
export function hexOf(words: Uint32Array, from: number, count: number): string {
  let at = 0;
  for (let i = from; i < from + count; i++) {
    const word = words[i]!;
    for (let shift = 28; shift >= 0; shift -= 4) scratch[at++] = CODES[(word >>> shift) & 15]!;
  }
  return latin1(scratch, 0, at);
}
