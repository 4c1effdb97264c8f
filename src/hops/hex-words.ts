// Hex digits as signed 32-bit words, which are never boxed, and back.

import { latin1 } from "../wire/latin1.ts";

const DIGITS_PER_WORD = 8;

const NO_DIGIT = 0xff;
/** Values of the lower-case hex digits by character code. */
const VALUES = new Uint8Array(256).fill(NO_DIGIT);
/** Character codes of the digits by value. */
const CODES = new Uint8Array(16);
for (let digit = 0; digit < 16; digit++) {
  CODES[digit] = digit.toString(16).charCodeAt(0);
  VALUES[CODES[digit]!] = digit;
}

/** The word that the eight lower-case hex digits at `from` stand for. */
export function hexWord(text: string, from: number): number {
  let word = 0;
  for (let i = from; i < from + DIGITS_PER_WORD; i++) word = (word << 4) | VALUES[text.charCodeAt(i) & 0xff]!;
  return word;
}

/** The words that the lower-case hex digits in `bytes[from..to)` stand for, eight each, into `words`; false where one of them is no digit. */
export function readHexWords(bytes: Uint8Array, from: number, to: number, words: Int32Array): boolean {
  let all = 0;
  for (let at = from, index = 0; at < to; index++) {
    let word = 0;
    for (const end = Math.min(to, at + DIGITS_PER_WORD); at < end; at++) {
      const value = VALUES[bytes[at]!]!;
      all |= value;
      word = (word << 4) | value;
    }
    words[index] = word;
  }
  return all < NO_DIGIT;
}

const LONGEST = 4;
const scratch = Buffer.alloc(LONGEST * DIGITS_PER_WORD);

/** The `count` words at `from`, at most four, as lower-case hex digits. */
export function hexOf(words: Int32Array, from: number, count: number): string {
  let at = 0;
  for (let i = from; i < from + count; i++) {
    const word = words[i]!;
    for (let shift = 28; shift >= 0; shift -= 4) scratch[at++] = CODES[(word >>> shift) & 15]!;
  }
  return latin1(scratch, 0, at);
}
