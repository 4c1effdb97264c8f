// Bytes as strings. The same method, host or user agent comes with every request: a string that was made before is found again by its bytes,
// which costs a fifth of making it.

const SLOTS = 4096;
/** Longer texts (trace contexts, tokens) seldom come twice. */
const MAX_CACHED = 48;

export interface TextCache {
  /** `bytes[start..end)` as a string, one character a byte: field values may hold obs-text (RFC 9110 §5.5). */
  read(bytes: Uint8Array, start: number, end: number): string;
}

export function createTextCache(): TextCache {
  return new SlotCache();
}

class SlotCache implements TextCache {
  readonly #slots: string[] = new Array(SLOTS).fill("");
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: Buffer = Buffer.alloc(0);

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length <= 0) return "";
    if (length > MAX_CACHED) return this.#make(bytes, start, end);
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
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
    return this.#buffer.toString("latin1", start, end);
  }
}
