// One direction of an HTTP/2 connection (RFC 9113 §4, §6) as an observer sees it: frames one after another, field blocks in place when they lie in
// one segment, data skipped by arithmetic. After a gap that hides a frame header reading goes on at the next certain one.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_FRAMES_READ_OVER } from "../../wire/limits.ts";
import type { KeptBuffer } from "../kept-buffer.ts";
import { BlockAssembler, type BlockBytes } from "./block-assembler.ts";
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  GOAWAY,
  HEADERS,
  isLawful,
  PADDED,
  PREFACE,
  PUSH_PROMISE,
  prefixLength,
  RST_STREAM,
  readFrameHeader,
  readStreamId,
} from "./http2-frame-header.ts";
import { findFrame, GAVE_UP } from "./http2-recognition.ts";

export interface FrameEvents {
  fieldBlock(from: Side, block: BlockBytes): void;
  /** Payload of DATA without padding; where `bytes` is undefined, so many that the capture lacks. */
  body(from: Side, stream: number, length: number, bytes: Uint8Array | undefined, start: number): void;
  /** The last byte of a frame with END_STREAM, behind its field block or data. */
  streamEnd(from: Side, stream: number, segment: Segment): void;
  reset(stream: number, segment: Segment): void;
  goAway(from: Side, lastStream: number): void;
  /** The connection preface: both directions begin here. */
  preface(from: Side): void;
  /** Frames were missed: what depends on all frames before is not known. */
  lost(from: Side): void;
  problem(code: "malformed" | "limit", message: string, segment: Segment): void;
}

/**
 * - `prefix`: pad length, priority, promised stream of a frame
 * - `short`: the payload of RST_STREAM, or the beginning of GOAWAY's
 * - `payload`: data, or what nobody wants
 * - `block`: a piece of a field block
 */
type State = "preface" | "header" | "prefix" | "short" | "payload" | "block" | "padding" | "lost";

/** Bytes of GOAWAY that are read: the last stream identifier. */
const GOAWAY_BYTES = 4;

export class FrameParser {
  readonly #from: Side;
  readonly #events: FrameEvents;
  readonly #assembler: BlockAssembler;
  #state: State;
  readonly #header: FrameHeader = { length: 0, type: 0, flags: 0, stream: 0 };
  /** Bytes still to come of the part that `#state` names, and of the padding behind it. */
  #left = 0;
  #padding = 0;
  /** What lies in two segments and is read whole. */
  readonly #scratch = new Uint8Array(16);
  #scratched = 0;

  constructor(from: Side, events: FrameEvents, kept: KeptBuffer, beganLate: boolean) {
    this.#from = from;
    this.#events = events;
    this.#assembler = new BlockAssembler(kept, (block) => events.fieldBlock(from, block));
    this.#state = beganLate ? "lost" : from === "client" ? "preface" : "header";
  }

  /** What comes next begins a frame: the other direction has shown that the connection begins here. */
  beginHere(): void {
    if (this.#state === "lost") this.#state = "header";
  }

  data(bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case "header":
          at = this.#readHeader(bytes, at, end, start, segment);
          break;
        case "payload":
        case "block":
        case "padding": {
          const taken = Math.min(this.#left, end - at);
          this.#left -= taken;
          this.#take(bytes, at, taken, segment);
          at += taken;
          if (this.#left === 0) this.#endPart(segment);
          break;
        }
        case "prefix":
        case "short": {
          const taken = Math.min(this.#left, end - at);
          for (let i = 0; i < taken; i++) this.#scratch[this.#scratched++] = bytes[at++]!;
          this.#left -= taken;
          if (this.#left > 0) return;
          this.#scratched = 0;
          if (this.#state === "prefix") at = this.#afterPrefix(this.#scratch, 0, bytes, at, end, segment);
          else this.#afterShort(this.#scratch, 0, segment);
          break;
        }
        case "preface":
          at = this.#readPreface(bytes, at, end);
          break;
        case "lost":
          at = findFrame(bytes, at, end, at === start);
          if (at === GAVE_UP) this.#events.problem("limit", `frames that overlap, looked at up to ${MAX_FRAMES_READ_OVER} times`, segment);
          if (at < 0) return;
          this.#state = bytes[at] === PREFACE[0] ? "preface" : "header";
          break;
      }
    }
  }

  /** `length` bytes are missing: of data they are counted, a field block they cut, and a frame header in them loses all. */
  gap(length: number, segment: Segment): void {
    if (this.#state === "lost") return;
    const isInside = this.#state === "payload" || this.#state === "block" || this.#state === "padding";
    if (!isInside || length > this.#left + this.#padding) {
      this.#lose();
      return;
    }
    for (let missing = length; missing > 0; ) {
      const taken = Math.min(missing, this.#left);
      missing -= taken;
      this.#left -= taken;
      if (this.#state === "payload" && this.#header.type === DATA) this.#events.body(this.#from, this.#header.stream, taken, undefined, 0);
      else if (this.#state === "block") this.#assembler.cut();
      if (this.#left === 0) this.#endPart(segment);
    }
  }

  /** Nothing more comes in this direction. */
  end(): void {
    this.#assembler.abandon();
    this.#state = "lost";
  }

  #lose(): void {
    this.#assembler.abandon();
    this.#scratched = 0;
    this.#state = "lost";
    this.#events.lost(this.#from);
  }

  #broken(message: string, end: number, segment: Segment): number {
    this.#events.problem("malformed", message, segment);
    this.#lose();
    return end;
  }

  #readPreface(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    for (; at < end && this.#scratched < PREFACE.length; at++, this.#scratched++) {
      if (bytes[at] === PREFACE[this.#scratched]) continue;
      // Recognised by its frames: the beginning is missing, though nothing says so.
      this.#lose();
      return start;
    }
    if (this.#scratched === PREFACE.length) {
      this.#scratched = 0;
      this.#state = "header";
      this.#events.preface(this.#from);
    }
    return at;
  }

  #readHeader(bytes: Uint8Array, at: number, end: number, segmentStart: number, segment: Segment): number {
    if (this.#scratched === 0) {
      const isWhole = end - at >= FRAME_HEADER_BYTES;
      const mayBeginBlock = !isWhole || bytes[at + 3] === HEADERS || bytes[at + 3] === PUSH_PROMISE;
      if (mayBeginBlock && this.#assembler.continues === 0) this.#assembler.place(segment, at - segmentStart);
      if (isWhole) {
        readFrameHeader(bytes, at, this.#header);
        return this.#begin(bytes, at + FRAME_HEADER_BYTES, end, segment);
      }
    }
    let next = at;
    while (next < end && this.#scratched < FRAME_HEADER_BYTES) this.#scratch[this.#scratched++] = bytes[next++]!;
    if (this.#scratched < FRAME_HEADER_BYTES) return end;
    this.#scratched = 0;
    readFrameHeader(this.#scratch, 0, this.#header);
    return this.#begin(bytes, next, end, segment);
  }

  /** Behind a frame header. Returns where reading goes on. */
  #begin(bytes: Uint8Array, at: number, end: number, segment: Segment): number {
    const { type, flags, length, stream } = this.#header;
    if (!isLawful(this.#header)) return this.#broken("a frame that breaks RFC 9113 §6", end, segment);
    const { continues } = this.#assembler;
    if (continues === 0 ? type === CONTINUATION : type !== CONTINUATION || stream !== continues)
      return this.#broken("a field block that is not continued, or a continuation of none (RFC 9113 §6.10)", end, segment);
    this.#padding = 0;
    this.#left = length;
    switch (type) {
      case DATA:
      case HEADERS:
      case PUSH_PROMISE: {
        const prefix = prefixLength(type, flags);
        if (end - at >= prefix) return this.#afterPrefix(bytes, at, bytes, at + prefix, end, segment);
        this.#state = "prefix";
        this.#left = prefix;
        return at;
      }
      case CONTINUATION:
        this.#state = "block";
        break;
      case RST_STREAM:
      case GOAWAY:
        if (end - at >= GOAWAY_BYTES) {
          this.#afterShort(bytes, at, segment);
          return at + GOAWAY_BYTES;
        }
        this.#state = "short";
        this.#left = GOAWAY_BYTES;
        return at;
      default:
        this.#state = "payload";
    }
    if (this.#left === 0) this.#endPart(segment);
    return at;
  }

  /** `prefix[prefixAt..)` is the prefix of the frame; the rest of it begins at `bytes[at]`. Returns where reading goes on. */
  #afterPrefix(prefix: Uint8Array, prefixAt: number, bytes: Uint8Array, at: number, end: number, segment: Segment): number {
    const { type, flags, length, stream } = this.#header;
    const isPadded = (flags & PADDED) !== 0;
    this.#padding = isPadded ? prefix[prefixAt]! : 0;
    this.#left = length - prefixLength(type, flags) - this.#padding;
    if (this.#left < 0) return this.#broken("padding that is longer than its frame (RFC 9113 §6.1)", end, segment);
    let next = at;
    if (type === DATA) this.#state = "payload";
    else {
      this.#state = "block";
      const promised = type === PUSH_PROMISE ? readStreamId(prefix, prefixAt + (isPadded ? 1 : 0)) : 0;
      this.#assembler.begin(stream, type === HEADERS && (flags & END_STREAM) !== 0, promised);
      if ((flags & END_HEADERS) !== 0 && end - at >= this.#left) {
        next = at + this.#left;
        this.#left = 0;
        this.#assembler.whole(bytes, at, next);
      }
    }
    if (this.#left === 0) this.#endPart(segment);
    return next;
  }

  #afterShort(bytes: Uint8Array, at: number, segment: Segment): void {
    const { type, stream, length } = this.#header;
    if (type === GOAWAY) this.#events.goAway(this.#from, readStreamId(bytes, at));
    else this.#events.reset(stream, segment);
    this.#state = "payload";
    this.#left = length - GOAWAY_BYTES;
    if (this.#left === 0) this.#endPart(segment);
  }

  #take(bytes: Uint8Array, at: number, taken: number, segment: Segment): void {
    if (this.#state === "block") {
      if (!this.#assembler.add(bytes, at, at + taken)) this.#events.problem("limit", "a field block that is too long to be kept", segment);
    } else if (this.#state === "payload" && this.#header.type === DATA) {
      this.#events.body(this.#from, this.#header.stream, taken, bytes, at);
    }
  }

  #endPart(segment: Segment): void {
    if (this.#padding > 0) {
      this.#state = "padding";
      this.#left = this.#padding;
      this.#padding = 0;
      return;
    }
    this.#state = "header";
    const { type, flags, stream } = this.#header;
    let endsStream = type === DATA && (flags & END_STREAM) !== 0;
    if (type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION) {
      if ((flags & END_HEADERS) === 0) return;
      this.#assembler.finish();
      endsStream = this.#assembler.block.endsStream;
    }
    if (endsStream) this.#events.streamEnd(this.#from, stream, segment);
  }
}
