// Content codings of a body (RFC 9110 §8.4.1, RFC 8878), unpacked up to a cap: a body of a few bytes may be a bomb.

import type { ZlibOptions } from "node:zlib";
import { LimitReached, Malformed, Truncated } from "../../wire/byte-reader.ts";
import { loadWhenUsed } from "../../wire/load-when-used.ts";
import { zstdBound } from "./zstd-bound.ts";

const zlib = loadWhenUsed<typeof import("node:zlib")>("node:zlib");
const fzstd = loadWhenUsed<typeof import("fzstd")>("fzstd");

/** Unpacks a body up to `limit` bytes: see `unpackBody`. */
export type Unpack = (bytes: Uint8Array, coding: string, limit: number) => Uint8Array;

/** Whether bytes of `coding` are as they were before it. */
export function isPlain(coding: string): boolean {
  return PLAIN.has(coding.trim().toLowerCase());
}

const PLAIN: ReadonlySet<string> = new Set(["", "identity", "none"]);

/**
 * The bytes of `coding`, "" for none. What is cut gives what it can. Throws `Malformed` with the reason where it gives nothing, and `LimitReached` where it
 * gives more than `limit` bytes.
 */
export function unpackBody(bytes: Uint8Array, coding: string, limit: number): Uint8Array {
  if (isPlain(coding)) return bytes;
  switch (coding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return inflated(() => zlib().gunzipSync(bytes, options(limit)), limit);
    case "deflate":
      // The coding is zlib's format; some send bare deflate (RFC 9110 §8.4.1.2).
      return inflated(
        () => (isZlib(bytes) ? zlib().inflateSync(bytes, options(limit)) : zlib().inflateRawSync(bytes, options(limit))),
        limit,
      );
    case "zstd":
      return unzstd(bytes, limit);
    default:
      throw new Malformed(`compressed with ${coding.trim().toLowerCase().slice(0, 20)}, which is not read`);
  }
}

/** The coding that the bytes themselves tell: gRPC names it in a header, and flags each message that uses it. */
export function codingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return "zstd";
  return isZlib(bytes) ? "deflate" : "an unknown coding";
}

/** CMF and FLG (RFC 1950 §2.2). */
function isZlib(bytes: Uint8Array): boolean {
  return (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;
}

/** A stream that is cut gives what it can. */
function options(maxOutputLength: number): ZlibOptions {
  return { maxOutputLength, finishFlush: zlib().constants.Z_SYNC_FLUSH };
}

function inflated(inflate: () => Uint8Array, limit: number): Uint8Array {
  try {
    return inflate();
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw new Malformed("its compression is broken");
  }
}

function unzstd(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    // The library would make room for whatever a frame's header promises.
    if (zstdBound(bytes) > limit) throw tooLarge(limit);
    return fzstd().decompress(bytes);
  } catch (error) {
    if (error instanceof Malformed || error instanceof LimitReached) throw error;
    throw new Malformed(error instanceof Truncated ? "its zstd is cut" : "its compression is broken");
  }
}

function tooLarge(limit: number): LimitReached {
  return new LimitReached(`it is larger than ${limit >> 20} MiB unpacked`);
}
