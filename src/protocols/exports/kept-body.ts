// A body that is kept until it is whole: up to a cap, and within what all of them may take.

import type { BodySink } from "../http/body-sink.ts";
import { KeptBuffer } from "../kept-buffer.ts";
import type { KeptBytes } from "../kept-bytes.ts";

export interface WholeBody {
  /** Borrowed: gone when the call returns. */
  readonly bytes: Uint8Array;
  /** Bytes that came, kept or not. */
  readonly length: number;
  /** False when the capture lacks bytes of it. */
  readonly isWhole: boolean;
  /** True when not all that came was kept. */
  readonly isCapped: boolean;
}

export class KeptBody implements BodySink {
  readonly #limit: number;
  readonly #kept: KeptBuffer;
  readonly #done: (body: WholeBody) => void;
  readonly #mayBe: ((beginning: Uint8Array) => boolean) | undefined;
  #length = 0;
  #isCapped = false;
  #isOver = false;

  /** `mayBe`: looks at the first `BEGINNING_BYTES`; what cannot be wanted is kept no further. */
  constructor(limit: number, budget: KeptBytes, done: (body: WholeBody) => void, mayBe?: (beginning: Uint8Array) => boolean) {
    this.#mayBe = mayBe;
    this.#limit = limit;
    this.#kept = new KeptBuffer(budget);
    this.#done = done;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#length += end - start;
    if (this.#isCapped || this.#isOver) return;
    const before = this.#kept.length;
    if (this.#length > this.#limit || !this.#kept.append(bytes, start, end)) this.#drop();
    else if (before < BEGINNING_BYTES && this.#length >= BEGINNING_BYTES && this.#mayBe?.(this.#kept.bytes) === false) this.#drop();
  }

  end(isWhole: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { bytes, length } = this.#kept;
    this.#done({ bytes: bytes.subarray(0, length), length: this.#length, isWhole, isCapped: this.#isCapped });
    this.#kept.clear();
  }

  #drop(): void {
    this.#isCapped = true;
    this.#kept.clear();
  }
}

/** Enough to tell most of what is no export. */
const BEGINNING_BYTES = 12;
