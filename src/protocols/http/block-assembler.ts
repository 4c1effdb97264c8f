// The field block of a HEADERS or PUSH_PROMISE frame with its CONTINUATION frames (RFC 9113 §4.3): in place when it lies in one segment, else
// put together.

import type { Segment } from "../../tcp/stream-sink.ts";
import { MAX_HEAD_BYTES } from "../../wire/limits.ts";
import type { KeptBuffer } from "../kept-buffer.ts";

/** A field block as it lies in `bytes[start..end)`. One object is used again and again: borrowed until the call returns. */
export interface BlockBytes {
  bytes: Uint8Array;
  start: number;
  end: number;
  stream: number;
  endsStream: boolean;
  /** The stream that a PUSH_PROMISE announces; 0 for HEADERS. */
  promised: number;
  /** False when the capture lacks its end, or it is too long. */
  isWhole: boolean;
  /** Where the first byte of its first frame was seen. */
  readonly first: Segment;
}

export class BlockAssembler {
  readonly block: BlockBytes;
  readonly #give: (block: BlockBytes) => void;
  readonly #kept: KeptBuffer;
  #isOpen = false;
  /** True while the rest of a block is passed over: it was given out as far as it went. */
  #isGiven = false;

  constructor(kept: KeptBuffer, give: (block: BlockBytes) => void) {
    const first: Segment = { at: 0, packet: 0, capture: 0, offset: 0, acknowledged: -1 };
    this.block = { bytes: kept.bytes, start: 0, end: 0, stream: 0, endsStream: false, promised: 0, isWhole: true, first };
    this.#kept = kept;
    this.#give = give;
  }

  /** The stream whose block goes on; 0 when none does. */
  get continues(): number {
    return this.#isOpen ? this.block.stream : 0;
  }

  /** A frame header begins `ahead` bytes into the segment. */
  place({ at, packet, capture, offset, acknowledged }: Segment, ahead: number): void {
    const { first } = this.block;
    first.at = at;
    first.packet = packet;
    first.capture = capture;
    first.offset = offset + ahead;
    first.acknowledged = acknowledged;
  }

  begin(stream: number, endsStream: boolean, promised: number): void {
    this.block.stream = stream;
    this.block.endsStream = endsStream;
    this.block.promised = promised;
    this.#isOpen = true;
    this.#isGiven = false;
  }

  /** The whole block, in place. */
  whole(bytes: Uint8Array, start: number, end: number): void {
    this.#hand(bytes, start, end, true);
    this.#isOpen = false;
  }

  /** The next piece. False when it does not fit; what came before is given out then. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#isGiven) return true;
    if (this.#kept.length + (end - start) <= MAX_HEAD_BYTES && this.#kept.append(bytes, start, end)) return true;
    this.cut();
    return false;
  }

  /** Its last piece was added. */
  finish(): void {
    if (this.#isOpen && !this.#isGiven) this.#hand(this.#kept.bytes, 0, this.#kept.length, true);
    this.#isOpen = false;
    this.#kept.clear();
  }

  /** The rest will not come, or cannot be kept. */
  cut(): void {
    if (this.#isOpen && !this.#isGiven) this.#hand(this.#kept.bytes, 0, this.#kept.length, false);
    this.#isGiven = true;
    this.#kept.clear();
  }

  /** As `cut`, and no frame goes on with it. */
  abandon(): void {
    this.cut();
    this.#isOpen = false;
  }

  #hand(bytes: Uint8Array, start: number, end: number, isWhole: boolean): void {
    const { block } = this;
    block.bytes = bytes;
    block.start = start;
    block.end = end;
    block.isWhole = isWhole;
    this.#give(block);
  }
}
