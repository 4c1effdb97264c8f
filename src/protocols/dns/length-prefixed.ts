// Messages of one direction, each behind its length in two bytes. One that lies in a single segment is read in place.

import type { Segment } from "../../tcp/stream-sink.ts";
import { KeptBuffer } from "../kept-buffer.ts";
import type { KeptBytes } from "../kept-bytes.ts";

const LENGTH_BYTES = 2;

export class LengthPrefixed {
  readonly #kept: KeptBuffer;
  /** The message is borrowed; `segment` is the one that ended it. */
  readonly #message: (bytes: Uint8Array, segment: Segment) => void;
  /** True where it is not known at which byte a message begins: behind bytes that the capture lacks, or when joined late. */
  isLost: boolean;

  constructor(budget: KeptBytes, isLost: boolean, message: (bytes: Uint8Array, segment: Segment) => void) {
    this.#kept = new KeptBuffer(budget);
    this.isLost = isLost;
    this.#message = message;
  }

  /** False when there is no room to keep an unfinished message: the direction is lost then. */
  data(bytes: Uint8Array, start: number, end: number, segment: Segment): boolean {
    let at = start;
    while (at < end) {
      if (this.#kept.length > 0) {
        const next = Math.min(end, at + this.#missing());
        if (!this.#kept.append(bytes, at, next)) return this.#full();
        at = next;
        if (this.#missing() === 0) this.#giveKept(segment);
        continue;
      }
      const next = end - at < LENGTH_BYTES ? end + 1 : at + LENGTH_BYTES + lengthAt(bytes, at);
      if (next > end) return this.#kept.begin(bytes, at, end, segment) || this.#full();
      this.#message(bytes.subarray(at + LENGTH_BYTES, next), segment);
      at = next;
    }
    return true;
  }

  lose(): void {
    this.#kept.clear();
    this.isLost = true;
  }

  /** The next byte begins a message. */
  restart(): void {
    this.isLost = false;
  }

  /** Bytes that the kept message lacks, or its length does. */
  #missing(): number {
    const { bytes, length } = this.#kept;
    return length < LENGTH_BYTES ? LENGTH_BYTES - length : LENGTH_BYTES + lengthAt(bytes, 0) - length;
  }

  #giveKept(segment: Segment): void {
    const { bytes, length } = this.#kept;
    const message = bytes.subarray(LENGTH_BYTES, length);
    this.#kept.clear();
    this.#message(message, segment);
  }

  #full(): false {
    this.lose();
    return false;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
