// Where to cut a chunk of one capture so that captures can be merged by time: packets are handed over in slices of a few milliseconds.
import type { CaptureFormat, CaptureReader, Packet } from "../capture/packet.ts";
import { MAX_MERGE_SLICE_BYTES } from "../wire/limits.ts";
import { MILLISECOND, type Timestamp } from "../wire/timestamp.ts";

/** Packet time that one slice may span: how far one capture may run ahead of another. */
const SLICE_TIME = 10 * MILLISECOND;

/** Consecutive parts of a chunk: `chunk[0..ends[0])`, `chunk[ends[0]..ends[1])`, … */
export interface SlicePlan {
  readonly ends: readonly number[];
  /** The time of the first packet that each part makes whole; undefined where there is none. */
  readonly times: readonly (Timestamp | undefined)[];
}

/** Reads a capture ahead of its real reader, only for the times: a second scan costs less than packets in the wrong order. */
export class SlicePlanner {
  readonly #reader: CaptureReader;
  #chunk: Uint8Array = new Uint8Array(0);
  #ends: number[] = [];
  #times: (Timestamp | undefined)[] = [];
  #begin = 0;
  #first: Timestamp | undefined;

  constructor(format: CaptureFormat) {
    const nothing = () => undefined;
    this.#reader = format.open({ packet: (packet) => this.#see(packet), anomaly: nothing, name: nothing, secrets: nothing, lost: nothing });
  }

  /** Plans one chunk; chunks MUST come in the order of the file. */
  plan(chunk: Uint8Array): SlicePlan {
    this.#chunk = chunk;
    this.#ends = [];
    this.#times = [];
    this.#begin = 0;
    this.#first = undefined;
    this.#reader.push(chunk);
    this.#cut(chunk.length);
    return { ends: this.#ends, times: this.#times };
  }

  #see({ timestamp, bytes, start, end }: Packet): void {
    this.#first ??= timestamp;
    // A packet that began in the chunk before was put together elsewhere. It is the first, so there is nothing to cut off before it.
    if (bytes !== this.#chunk) return;
    if (timestamp - this.#first <= SLICE_TIME && end - this.#begin <= MAX_MERGE_SLICE_BYTES) return;
    // Behind its header: the packets before it are whole then, and it is not.
    if (start > this.#begin) this.#cut(start);
    this.#first = timestamp;
  }

  #cut(end: number): void {
    this.#ends.push(end);
    this.#times.push(this.#first);
    this.#begin = end;
  }
}
