// Fields whose values are bytes until somebody asks for the string: most trace fields are told apart by their digits, and never printed.

import type { Field } from "./field.ts";
import { latin1 } from "./latin1.ts";

/** Borrowed like the exchange that it belongs to: who keeps it keeps the bytes of many others. */
export class ByteField implements Field {
  readonly name: string;
  /** The value is `bytes[start..end)`, one character a byte. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;

  constructor(name: string, bytes: Uint8Array, start: number, end: number) {
    this.name = name;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  get value(): string {
    return latin1(Buffer.from(this.bytes.buffer, this.bytes.byteOffset), this.start, this.end);
  }
}

const PIECE = 64 << 10;

/** Where the values of such fields lie, as long as any of them is in use. */
export class ByteFields {
  #bytes = new Uint8Array(0);
  #words = new DataView(this.#bytes.buffer);
  #at = 0;

  /** A field whose value is a copy of `view[start..end)`: at most `PIECE` bytes. */
  field(name: string, view: DataView, start: number, end: number): ByteField {
    const length = end - start;
    if (this.#at + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(PIECE);
      this.#words = new DataView(this.#bytes.buffer);
      this.#at = 0;
    }
    const own = this.#at;
    let at = 0;
    for (; at + 4 <= length; at += 4) this.#words.setInt32(own + at, view.getInt32(start + at));
    for (; at < length; at++) this.#words.setUint8(own + at, view.getUint8(start + at));
    this.#at = own + length;
    return new ByteField(name, this.#bytes, own, own + length);
  }
}
