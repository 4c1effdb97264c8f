// What began in one segment and ends in a later one (a head, a frame, a message, a body): the copy of its bytes until then, within what all connections of
// a vantage point may keep.

import type { Segment } from "../tcp/stream-sink.ts";
import type { KeptBytes } from "./kept-bytes.ts";

const NOWHERE: Segment = { at: 0, packet: 0, capture: 0, offset: 0, acknowledged: -1 };
const EMPTY = new Uint8Array(0);
/** Most are shorter. */
const INITIAL_BYTES = 512;

export class KeptBuffer {
  bytes: Uint8Array = EMPTY;
  length = 0;
  /** Where the first byte was seen. */
  first: Segment = NOWHERE;
  readonly #budget: KeptBytes;

  constructor(budget: KeptBytes) {
    this.#budget = budget;
  }

  /** False when the budget is spent; nothing is kept then. */
  begin(bytes: Uint8Array, start: number, end: number, first: Segment): boolean {
    this.first = { ...first };
    return this.append(bytes, start, end);
  }

  append(bytes: Uint8Array, start: number, end: number): boolean {
    const length = this.length + end - start;
    if (this.bytes.length < length) {
      const room = Math.max(length, this.bytes.length * 2, INITIAL_BYTES);
      if (!this.#budget.take(room - this.bytes.length)) return false;
      const grown = new Uint8Array(room);
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
    return true;
  }

  clear(): void {
    this.#budget.give(this.bytes.length);
    this.bytes = EMPTY;
    this.length = 0;
    this.first = NOWHERE;
  }
}
