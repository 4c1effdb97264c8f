// Whether bytes are HTTP/2: by the connection preface, or by a chain of frames that nothing else would make. The same chain is how reading goes on
// after a gap.

import { MAX_FRAMES_READ_OVER } from "../../wire/limits.ts";
import type { Recognition } from "../stream-protocol.ts";
import { decodedRoom, decodeHuffman } from "./hpack/huffman.ts";
import { STATIC_TABLE } from "./hpack/static-table.ts";
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  GOAWAY,
  HAS_PRIORITY,
  HEADERS,
  isLawful,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PUSH_PROMISE,
  prefixLength,
  RST_STREAM,
  readFrameHeader,
  SETTINGS,
  SETTINGS_ACK,
  WINDOW_UPDATE,
} from "./http2-frame-header.ts";

/** Larger frames need SETTINGS_MAX_FRAME_SIZE, and only data has them in practice (RFC 9113 §4.2). */
const USUAL_FRAME_BYTES = 16_384;
const LARGE_DATA_BYTES = 1 << 20;
/** Highest error code (RFC 9113 §7) and setting (RFC 9218, RFC 8441) that are registered. */
const MAX_ERROR_CODE = 0xd;
const MAX_SETTING = 0x10;
/** An index may reach so far into a dynamic table of the usual size: 65,536 bytes hold 2,048 of the smallest entries. */
const MAX_INDEX = 61 + 2_048;

/** What a chain of frames tells: who sends it, that it is one, that it may be one (of DATA alone), or that it is none. */
type Chain = "client" | "server" | "frames" | "data" | "no";

/** Whether bytes begin an HTTP/2 connection, or a segment of one; and whose. */
export function recognizeHttp2(bytes: Uint8Array, start: number, end: number): Recognition {
  const length = Math.min(PREFACE.length, end - start);
  let same = 0;
  while (same < length && bytes[start + same] === PREFACE[same]) same++;
  if (same === length) return length === PREFACE.length ? "client" : "need more";
  const chain = readChain(bytes, start, end);
  return chain === "client" || chain === "server" ? chain : "no";
}

/** Whether a server's first bytes are its connection preface (RFC 9113 §3.4): SETTINGS that acknowledge nothing. */
export function beginsWithSettings(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < FRAME_HEADER_BYTES) return false;
  readFrameHeader(bytes, start, header);
  const isPreface = header.type === SETTINGS && header.flags === 0 && isUsual(header);
  const payload = start + FRAME_HEADER_BYTES;
  return isPreface && payload + header.length <= end && readFrame(bytes, payload, header) !== "no";
}

export const NOWHERE = -1;
/** Overlapping frames were too many to look at all of them. */
export const GAVE_UP = -2;

/**
 * Where the next certain frame, or the preface, begins in `bytes[start..end)`; `NOWHERE`, or `GAVE_UP`. `isSegment`: `start` begins a segment,
 * where a frame is likelier than elsewhere.
 */
export function findFrame(bytes: Uint8Array, start: number, end: number, isSegment: boolean): number {
  if (isSegment && (isCertain(readChain(bytes, start, end)) || beginsPreface(bytes, start, end))) return start;
  followed.begin(MAX_FRAMES_READ_OVER * (end - start));
  for (let at = start + 1; at + FRAME_HEADER_BYTES < end; at++) {
    if (bytes[at] !== 0 || bytes[at + 3]! !== HEADERS || followed.hasTold(at)) continue;
    const chain = readChain(bytes, at, end, followed);
    if (chain === "client" || chain === "server") return at;
    if (followed.left < 0) return GAVE_UP;
    followed.end(chain);
  }
  return NOWHERE;
}

function isCertain(chain: Chain): boolean {
  return chain !== "no" && chain !== "data";
}

/**
 * Chains that were followed in one search and did not tell whose they are: from any frame of theirs on it is the same chain, which need not be
 * followed again.
 */
class Followed {
  /** Bytes that may still be read. */
  left = 0;
  readonly #wrong = new Set<number>();
  readonly #right = new Set<number>();
  /** Where the frames of the chain begin that is followed now. */
  #starts: number[] = [];

  begin(left: number): void {
    this.left = left;
    this.#starts = [];
    this.#wrong.clear();
    this.#right.clear();
  }

  hasTold(at: number): boolean {
    return this.#wrong.has(at) || this.#right.has(at);
  }

  /** What the rest of a chain is, from the frame on that begins here; undefined where it is to be read. */
  reach(at: number): "wrong" | "right" | undefined {
    if (this.#wrong.has(at)) return "wrong";
    if (this.#right.has(at)) return "right";
    this.#starts.push(at);
    return undefined;
  }

  end(chain: Chain): void {
    const all = chain === "no" ? this.#wrong : this.#right;
    for (const at of this.#starts) all.add(at);
    this.#starts = [];
  }
}

const followed = new Followed();

function beginsPreface(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = 0; i < PREFACE.length; i++) if (start + i < end && bytes[start + i] !== PREFACE[i]) return false;
  return true;
}

const header: FrameHeader = { length: 0, type: 0, flags: 0, stream: 0 };

/** Follows frames from `start` to the end of the bytes: all must be right, and at least one must be more than DATA. */
function readChain(bytes: Uint8Array, start: number, end: number, search?: Followed): Chain {
  let chain: Chain = "data";
  for (let at = start; end - at >= FRAME_HEADER_BYTES; at += FRAME_HEADER_BYTES + header.length) {
    const rest = search?.reach(at);
    if (rest !== undefined) return rest === "wrong" ? "no" : chain;
    if ((bytes[at + 5]! & 0x80) !== 0) return "no";
    readFrameHeader(bytes, at, header);
    if (!isUsual(header)) return "no";
    const payload = at + FRAME_HEADER_BYTES;
    if (payload + header.length > end) return chain;
    if (search !== undefined && header.type !== DATA) search.left -= header.length;
    const says = readFrame(bytes, payload, header);
    if (says === "no") return "no";
    if (header.type !== DATA && (chain === "data" || chain === "frames")) chain = says;
  }
  return chain;
}

const FLAGS: readonly number[] = [
  END_STREAM | PADDED,
  END_STREAM | END_HEADERS | PADDED | HAS_PRIORITY,
  0,
  0,
  SETTINGS_ACK,
  END_HEADERS | PADDED,
  1,
  0,
  0,
  END_HEADERS,
];

/** Stricter than `isLawful`: no unknown type, no undefined flag, no unusual length. */
function isUsual(frame: FrameHeader): boolean {
  const { type, flags, length } = frame;
  const allowed = FLAGS[type];
  if (allowed === undefined || (flags & ~allowed) !== 0 || !isLawful(frame)) return false;
  return length <= (type === DATA ? LARGE_DATA_BYTES : USUAL_FRAME_BYTES);
}

/** A frame that lies whole at `at`. */
function readFrame(bytes: Uint8Array, at: number, { type, flags, length }: FrameHeader): Chain {
  switch (type) {
    case HEADERS:
    case PUSH_PROMISE: {
      const padding = (flags & PADDED) === 0 ? 0 : bytes[at]!;
      const start = at + prefixLength(type, flags);
      const stop = at + length - padding;
      if (stop < start || (flags & END_HEADERS) === 0) return "no";
      const says = readBlock(bytes, start, stop);
      return type === PUSH_PROMISE && says === "client" ? "server" : says;
    }
    case RST_STREAM:
      return word(bytes, at) <= MAX_ERROR_CODE ? "frames" : "no";
    case GOAWAY:
      return word(bytes, at + 4) <= MAX_ERROR_CODE ? "frames" : "no";
    case WINDOW_UPDATE: {
      const increment = word(bytes, at);
      return increment > 0 && increment <= 0x7fffffff ? "frames" : "no";
    }
    case SETTINGS:
      if ((flags & SETTINGS_ACK) !== 0) return length === 0 ? "frames" : "no";
      for (let entry = at; entry < at + length; entry += 6) {
        const id = (bytes[entry]! << 8) | bytes[entry + 1]!;
        // 0xfe03 is gRPC's own.
        if (id === 0 || (id > MAX_SETTING && id < 0xf000)) return "no";
      }
      return "frames";
    case PING:
    case PRIORITY:
      return "frames";
    case CONTINUATION:
      return "no";
    default:
      return "frames";
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Follows the fields of a block without any table: who sends it, by its pseudo-header fields; "frames" without one. */
function readBlock(bytes: Uint8Array, start: number, end: number): Chain {
  walk.at = start;
  walk.end = end;
  walk.bytes = bytes;
  let says: Chain = "frames";
  let known = 0;
  while (walk.at < end) {
    const first = bytes[walk.at]!;
    const isIndexed = first >= 0x80;
    const isSizeUpdate = !isIndexed && first >= 0x20 && first < 0x40;
    const index = integer(isIndexed ? 0x7f : first >= 0x40 ? 0x3f : isSizeUpdate ? 0x1f : 0x0f);
    if (index < 0) return "no";
    if (isSizeUpdate) {
      if (known > 0) return "no";
      continue;
    }
    if (index > MAX_INDEX || (isIndexed && index === 0)) return "no";
    const pseudo = index > 0 && index <= 14;
    if (index === 0 && !skipString(true)) return "no";
    if (!isIndexed && !skipString(false)) return "no";
    known++;
    if (pseudo && says === "frames") says = STATIC_TABLE[index - 1]![0] === ":status" ? "server" : "client";
  }
  return known > 0 ? says : "no";
}

const walk: { bytes: Uint8Array; at: number; end: number } = { bytes: new Uint8Array(0), at: 0, end: 0 };
let scratch: Uint8Array = new Uint8Array(decodedRoom(USUAL_FRAME_BYTES));

function integer(mask: number): number {
  let value = walk.bytes[walk.at++]! & mask;
  if (value < mask) return value;
  for (let shift = 0; walk.at < walk.end && shift <= 21; shift += 7) {
    const byte = walk.bytes[walk.at++]!;
    value += (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return -1;
}

function skipString(isName: boolean): boolean {
  if (walk.at >= walk.end) return false;
  const isCoded = walk.bytes[walk.at]! >= 0x80;
  const length = integer(0x7f);
  if (length < 0 || length > walk.end - walk.at || (isName && length === 0)) return false;
  const start = walk.at;
  walk.at += length;
  let from = walk.bytes;
  let to = walk.at;
  let at = start;
  if (isCoded) {
    if (scratch.length < decodedRoom(length)) scratch = new Uint8Array(decodedRoom(length));
    from = scratch;
    at = 0;
    to = decodeHuffman(walk.bytes, start, walk.at, scratch);
    if (to < 0) return false;
  }
  // Text has no control bytes (RFC 9110 §5.5), names no upper case (RFC 9113 §8.2).
  for (; at < to; at++) {
    const byte = from[at]!;
    if (byte < 32 ? byte !== 9 : isName && (byte <= 32 || (byte >= 65 && byte <= 90) || byte >= 127)) return false;
  }
  return true;
}
