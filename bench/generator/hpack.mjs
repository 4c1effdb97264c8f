// An HPACK encoder (RFC 7541) with a dynamic table: fields that come again are sent as an index, trace contexts are inserted each time, as Go's encoder
// does, and push the others out.

const TABLE_BYTES = 4096;
const STATIC_FIELDS = 61;
const ENTRY_OVERHEAD = 32;

/** Symbols by the length of their code (RFC 7541 Appendix B), as far as the strings here need them. */
const SYMBOLS = [
  [5, "012aceiost"],
  [6, " %-./3456789=A_bdfghlmnpru"],
  [7, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"],
  [8, "&*,;XZ"],
];
const CODE = new Uint8Array(128);
const BITS = new Uint8Array(128);
let code = 0;
let before = 5;
for (const [bits, symbols] of SYMBOLS) {
  code <<= bits - before;
  before = bits;
  for (const symbol of symbols) {
    CODE[symbol.charCodeAt(0)] = code++;
    BITS[symbol.charCodeAt(0)] = bits;
  }
}

/** The string in `bytes` [start, end), coded; returns where it ends in `out`. Its length must stay below 127 bytes. */
export function putHuffman(out, at, bytes, start, end) {
  let to = at + 1;
  let pending = 0;
  let count = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    pending = (pending << BITS[byte]) | CODE[byte];
    count += BITS[byte];
    while (count >= 8) {
      count -= 8;
      out[to++] = pending >>> count;
    }
    pending &= (1 << count) - 1;
  }
  if (count > 0) out[to++] = (pending << (8 - count)) | ((1 << (8 - count)) - 1);
  out[at] = 0x80 | (to - at - 1);
  return to;
}

/** An integer with a prefix (RFC 7541 §5.1); `flags` are the bits above it. */
export function putInteger(out, at, flags, prefix, value) {
  const most = (1 << prefix) - 1;
  if (value < most) {
    out[at] = flags | value;
    return at + 1;
  }
  out[at] = flags | most;
  let to = at + 1;
  let rest = value - most;
  for (; rest >= 128; rest >>>= 7) out[to++] = (rest & 127) | 128;
  out[to++] = rest;
  return to;
}

/** A field that does not change: `nameIndex` in the static table, or 0. */
export function field(id, name, value, nameIndex = 0) {
  const out = new Uint8Array(512);
  const text = (string) => Uint8Array.from(Buffer.from(string, "latin1"));
  let at = putInteger(out, 0, 0x40, 6, nameIndex);
  if (nameIndex === 0) at = putHuffman(out, at, text(name), 0, name.length);
  at = putHuffman(out, at, text(value), 0, value.length);
  return { id, literal: out.slice(0, at), size: name.length + value.length + ENTRY_OVERHEAD };
}

const TRACEPARENT = Uint8Array.from(Buffer.from("traceparent", "latin1"));
const TRACEPARENT_SIZE = TRACEPARENT.length + 55 + ENTRY_OVERHEAD;
/** Among the ids of fields. */
const CONTEXT = 0;
const MAX_FIELDS = 32;

/** One direction of a connection. */
export class HpackEncoder {
  #inserted = 0;
  #evicted = 0;
  #size = 0;
  /** Of the entries that are in the table. */
  #sizes = new Uint16Array(256);
  /** When each field was inserted last, counted from 1. */
  #insertedAt = new Uint32Array(MAX_FIELDS);

  put(out, at, { id, literal, size }) {
    const index = this.#index(id);
    if (index > 0) return putInteger(out, at, 0x80, 7, index);
    out.set(literal, at);
    this.#insert(id, size);
    return at + literal.length;
  }

  /** A `traceparent` of 55 bytes at `start` in `bytes`. */
  putContext(out, at, bytes, start) {
    const index = this.#index(CONTEXT);
    let to = putInteger(out, at, 0x40, 6, index);
    if (index === 0) to = putHuffman(out, to, TRACEPARENT, 0, TRACEPARENT.length);
    to = putHuffman(out, to, bytes, start, start + 55);
    this.#insert(CONTEXT, TRACEPARENT_SIZE);
    return to;
  }

  #index(id) {
    const at = this.#insertedAt[id];
    return at > this.#evicted ? STATIC_FIELDS + 1 + this.#inserted - at : 0;
  }

  #insert(id, size) {
    while (this.#size + size > TABLE_BYTES) this.#size -= this.#sizes[++this.#evicted & 255];
    this.#sizes[++this.#inserted & 255] = size;
    this.#size += size;
    this.#insertedAt[id] = this.#inserted;
  }
}
