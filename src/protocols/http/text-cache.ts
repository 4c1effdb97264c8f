// Bytes as strings. The same method, host or user agent comes with every request: a string that was made before is found again by its bytes,
// which costs a fifth of making it, and equal strings are one string for everybody who keeps them.

import { latin1 } from "../../wire/latin1.ts";
import { LineScanner } from "./line-scanner.ts";

const SLOTS = 4096;
/** Longer texts (a `traceparent` has 55 bytes) seldom come twice. */
const MAX_CACHED = 48;

/** Whether texts of this length are remembered. */
export function isCached(length: number): boolean {
  return length <= MAX_CACHED;
}

export interface TextCache {
  /** `bytes[start..end)` as a string, one character a byte: field values may hold obs-text (RFC 9110 §5.5). */
  read(bytes: Uint8Array, start: number, end: number): string;
}

export function createTextCache(words: LineScanner = new LineScanner()): TextCache {
  return new SlotCache(words);
}

class SlotCache implements TextCache {
  readonly #slots: string[] = new Array(SLOTS).fill("");
  readonly #words: LineScanner;
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: Buffer = Buffer.alloc(0);

  constructor(words: LineScanner) {
    this.#words = words;
  }

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length <= 0) return "";
    if (!isCached(length)) return this.#make(bytes, start, end);
    const slot = slotOf(this.#words.viewOf(bytes), bytes, start, length);
    const known = this.#slots[slot]!;
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) return known;
    }
    const made = this.#make(bytes, start, end);
    this.#slots[slot] = made;
    return made;
  }

  #make(bytes: Uint8Array, start: number, end: number): string {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return latin1(this.#buffer, start, end);
  }
}

/** A hash of five words spread over the text is enough: a slot is compared before it is used. */
function slotOf(view: DataView, bytes: Uint8Array, start: number, length: number): number {
  if (length < 4) return ((bytes[start]! << 4) ^ (bytes[start + length - 1]! << 1) ^ length) & (SLOTS - 1);
  const last = length - 4;
  const hash = mix(
    mix(
      mix(mix(mix(length, view.getInt32(start, true)), view.getInt32(start + (last >> 2), true)), view.getInt32(start + (last >> 1), true)),
      view.getInt32(start + last - (last >> 2), true),
    ),
    view.getInt32(start + last, true),
  );
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 13);
}
