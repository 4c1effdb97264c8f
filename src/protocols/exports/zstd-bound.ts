// How much a zstd stream can become at most (RFC 8878 §3.1), told from its headers alone.

import { ByteReader, Malformed } from "../../wire/byte-reader.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** Block_Maximum_Size (§3.1.1.2.4). */
const MAX_BLOCK = 128 << 10;
const RLE = 1;
const COMPRESSED = 2;
const RESERVED = 3;

/** Bytes that all frames together may give, and that a decompressor may ask for. Throws `Truncated` or `Malformed`. */
export function zstdBound(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes);
  let bound = 0;
  while (reader.left > 0) {
    const magic = reader.u32le();
    if (magic === MAGIC) bound += frameBound(reader);
    else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) reader.skip(reader.u32le());
    else throw new Malformed("no zstd frame");
  }
  return bound;
}

function frameBound(reader: ByteReader): number {
  const descriptor = reader.u8();
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = isSingleSegment ? 0 : windowSize(reader.u8());
  reader.skip([0, 1, 2, 4][descriptor & 3]!);
  const content = contentSize(reader, descriptor >> 6, isSingleSegment);
  let blocks = 0;
  for (let isLast = false; !isLast; ) {
    const header = reader.u8() | (reader.u16le() << 8);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === RESERVED || size > MAX_BLOCK) throw new Malformed("a reserved zstd block");
    blocks += type === COMPRESSED ? MAX_BLOCK : size;
    reader.skip(type === RLE ? 1 : size);
  }
  // Content_Checksum.
  if ((descriptor & 4) !== 0) reader.skip(4);
  return Math.max(content ?? blocks, window);
}

/** §3.1.1.1.2. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** §3.1.1.1.4; undefined where the frame does not say. */
function contentSize(reader: ByteReader, flag: number, isSingleSegment: boolean): number | undefined {
  if (flag === 0) return isSingleSegment ? reader.u8() : undefined;
  if (flag === 1) return reader.u16le() + 256;
  const low = reader.u32le();
  return flag === 2 ? low : low + reader.u32le() * 2 ** 32;
}
