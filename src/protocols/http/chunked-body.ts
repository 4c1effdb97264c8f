// The chunked transfer coding (RFC 9112 §7.1): sizes are read, data is counted and skipped, extensions and trailers are passed over.

import { CR, LF } from "../../wire/ascii.ts";
import { MAX_CHUNK_LINE_BYTES, MAX_TRAILER_BYTES } from "../../wire/limits.ts";
import type { BodySink } from "./body-sink.ts";

/** More hexadecimal digits would not be exact in a double; leading zeros are none. */
const MAX_SIZE_DIGITS = 13;

type ChunkedState = "size" | "size line" | "data" | "data end" | "trailer start" | "trailer line" | "end" | "malformed" | "too long";

export interface ChunkedBody {
  readonly state: ChunkedState;
  /** Bytes of chunk data so far. */
  readonly bodyLength: number;
  /** Reads from `start`; returns the offset behind what belongs to the body. The chunks' data goes to `sink`. */
  read(bytes: Uint8Array, start: number, end: number, sink?: BodySink): number;
  /** Passes over `length` missing bytes; false when they reach beyond the chunk. */
  skip(length: number): boolean;
}

export function createChunkedBody(): ChunkedBody {
  return new ChunkedReader();
}

class ChunkedReader implements ChunkedBody {
  state: ChunkedState = "size";
  bodyLength = 0;
  #left = 0;
  #digits = 0;
  #lineLength = 0;

  read(bytes: Uint8Array, start: number, end: number, sink?: BodySink): number {
    let at = start;
    while (at < end && this.state !== "end" && this.state !== "malformed" && this.state !== "too long") {
      if (this.state === "data") {
        const taken = Math.min(this.#left, end - at);
        sink?.data(bytes, at, at + taken);
        at += taken;
        this.#take(taken);
      } else this.#byte(bytes[at++]!);
    }
    return at;
  }

  skip(length: number): boolean {
    if (this.state !== "data" || length > this.#left) return false;
    this.#take(length);
    return true;
  }

  #take(length: number): void {
    this.#left -= length;
    this.bodyLength += length;
    if (this.#left === 0) this.state = "data end";
  }

  #byte(byte: number): void {
    this.#lineLength++;
    switch (this.state) {
      case "size": {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#left = this.#left * 16 + digit;
          if (this.#left > 0 || this.#digits === 0) this.#digits++;
          if (this.#digits > MAX_SIZE_DIGITS || this.#lineLength > MAX_CHUNK_LINE_BYTES) this.state = "malformed";
        } else if (this.#digits === 0) this.state = "malformed";
        else if (byte === LF) this.#sizeRead();
        else if (byte === CR || byte === 59 || byte === 32 || byte === 9) this.state = "size line";
        else this.state = "malformed";
        break;
      }
      case "size line":
        if (byte === LF) this.#sizeRead();
        else if (this.#lineLength > MAX_CHUNK_LINE_BYTES) this.state = "too long";
        break;
      case "data end":
        if (byte === LF) this.#startSize();
        else if (byte !== CR) this.state = "malformed";
        break;
      case "trailer start":
        if (byte === LF) this.state = "end";
        else if (byte !== CR) this.state = "trailer line";
        break;
      case "trailer line":
        if (byte === LF) this.state = "trailer start";
        else if (this.#lineLength > MAX_TRAILER_BYTES) this.state = "too long";
        break;
      default:
    }
  }

  #startSize(): void {
    this.state = "size";
    this.#left = 0;
    this.#digits = 0;
    this.#lineLength = 0;
  }

  #sizeRead(): void {
    this.state = this.#left === 0 ? "trailer start" : "data";
    this.#lineLength = 0;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
