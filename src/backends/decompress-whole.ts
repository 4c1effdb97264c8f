// gzip and zstd of a file that is held whole, told by magic. Captures are decompressed as a stream elsewhere; a JSON document
// cannot be read in pieces.

import { loadWhenUsed } from "../wire/load-when-used.ts";

const zlib = loadWhenUsed<typeof import("node:zlib")>("node:zlib");
const fzstd = loadWhenUsed<typeof import("fzstd")>("fzstd");

/** Fed in such pieces, so that a file of countless tiny frames does not nest the decompressor's calls too deep. */
const PIECE_BYTES = 64 << 10;

/** The bytes themselves when they are not compressed. Throws, with a reason, when they are broken or larger than `limit` unpacked. */
export function decompressWhole(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzip(bytes, limit);
  return isZstd(bytes) ? unzstd(bytes, limit) : bytes;
}

/** RFC 8878 §3.1.1: a frame's magic number. */
function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}

function gunzip(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return zlib().gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    throw new Error(
      error instanceof RangeError ? tooLarge(limit) : `its gzip is broken: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function unzstd(bytes: Uint8Array, limit: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const decompress = new (fzstd().Decompress)((piece) => {
    length += piece.length;
    if (length <= limit) pieces.push(piece.slice());
  });
  try {
    for (let at = 0; at < bytes.length && length <= limit; at += PIECE_BYTES) {
      decompress.push(bytes.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
    }
  } catch (error) {
    throw new Error(`its zstd is broken: ${error instanceof Error ? error.message : error}`);
  }
  if (length > limit) throw new Error(tooLarge(limit));
  return Buffer.concat(pieces, length);
}

function tooLarge(limit: number): string {
  return `it is larger than ${limit >> 20} MiB unpacked`;
}
