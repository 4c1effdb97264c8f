// The next line feed, four bytes at a time: most of a head is values that nobody asked for, and this is how they are passed over.

import { LF } from "../../wire/ascii.ts";

const FOUR_LF = 0x0a0a0a0a;
const FOUR_ONES = 0x01010101;
const FOUR_HIGH_BITS = 0x80808080 | 0;

export class LineScanner {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** The same bytes as words; made once for a chunk. */
  viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }

  /** The offset of the first line feed in `bytes[from..end)`, or `end` without one. */
  find(bytes: Uint8Array, from: number, end: number): number {
    return findLineFeed(this.viewOf(bytes), bytes, from, end);
  }
}

export function findLineFeed(view: DataView, bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  // A word has a zero byte where the borrow of the subtraction reaches a high bit that was not set (A. Mycroft).
  for (const last = end - 4; at <= last; at += 4) {
    const word = view.getInt32(at, true) ^ FOUR_LF;
    if (((word - FOUR_ONES) & ~word & FOUR_HIGH_BITS) !== 0) break;
  }
  while (at < end && bytes[at] !== LF) at++;
  return at;
}
