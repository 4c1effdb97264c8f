// Reads header fields with a bounds check on every read: past the end, a bare Uint8Array gives `undefined`, which
// becomes 0 or NaN without a word.

/** Bytes end before the field that is being read. Thrown inside a decoder, caught at the stage's boundary only. */
export class Truncated extends Error {
  readonly needed: number;
  readonly available: number;
  constructor(needed: number, available: number) {
    super(`needs ${needed} bytes, ${available} are there`);
    this.needed = needed;
    this.available = available;
  }
}

/** Bytes are there and break the specification. Thrown inside a decoder, caught at the stage's boundary only. */
export class Malformed extends Error {}

/** A cap of `limits.ts` was reached. Thrown inside a decoder, caught at the stage's boundary only. */
export class LimitReached extends Error {}

/** A window [offset, limit) that moves along borrowed bytes. Network byte order unless the name says otherwise. */
export class ByteReader {
  bytes: Uint8Array;
  offset: number;
  limit: number;

  constructor(bytes: Uint8Array, offset = 0, limit = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.limit = limit;
  }

  /** Points the reader at other bytes, so that one reader serves every packet. */
  reset(bytes: Uint8Array, offset: number, limit: number): void {
    if (this.bytes !== bytes) this.bytes = bytes;
    this.offset = offset;
    this.limit = limit;
  }

  get left(): number {
    return this.limit - this.offset;
  }

  /** Throws `Truncated` unless `length` bytes are left. */
  need(length: number): void {
    if (this.offset + length > this.limit) throw new Truncated(length, Math.max(0, this.limit - this.offset));
  }

  skip(length: number): void {
    this.need(length);
    this.offset += length;
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.offset++]!;
  }

  u16(): number {
    this.need(2);
    const value = (this.bytes[this.offset]! << 8) | this.bytes[this.offset + 1]!;
    this.offset += 2;
    return value;
  }

  u32(): number {
    this.need(4);
    const { bytes, offset } = this;
    this.offset = offset + 4;
    return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
  }

  u16le(): number {
    this.need(2);
    const value = this.bytes[this.offset]! | (this.bytes[this.offset + 1]! << 8);
    this.offset += 2;
    return value;
  }

  u32le(): number {
    this.need(4);
    const { bytes, offset } = this;
    this.offset = offset + 4;
    return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
  }

  /** The byte `ahead` of the offset, without moving. */
  peek(ahead = 0): number {
    this.need(ahead + 1);
    return this.bytes[this.offset + ahead]!;
  }

  /** A borrowed view of the next `length` bytes. */
  view(length: number): Uint8Array {
    this.need(length);
    const view = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return view;
  }
}
