// Borrowed chunks in, contiguous records out. Only a record that lies across two chunks is copied; all others are
// read in the chunk itself.

const EMPTY = new Uint8Array(0);

/**
 * Use: `append(chunk)`, then `while (queue.has(n)) { read queue.bytes from queue.start; queue.skip(n) }`, then `keep()` before
 * the chunk's owner gets it back.
 */
export class ByteQueue {
  /** The contiguous bytes that can be read now: `bytes[start..end)`. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** Bytes taken out of the queue so far: the offset of `start` in the whole input. */
  position = 0;
  #chunk: Uint8Array = EMPTY;
  #next = 0;
  #own: Uint8Array = EMPTY;

  /** All bytes that are in the queue, contiguous or not. */
  get length(): number {
    return this.end - this.start + (this.#chunk.length - this.#next);
  }

  append(chunk: Uint8Array): void {
    if (this.#next < this.#chunk.length) this.keep();
    if (this.start === this.end) {
      this.#take(chunk, 0);
      return;
    }
    this.#chunk = chunk;
    this.#next = 0;
  }

  /** Makes the next `count` bytes contiguous at `start`; false when they are not there yet. */
  has(count: number): boolean {
    if (this.end - this.start >= count) return true;
    const waiting = this.#chunk.length - this.#next;
    if (this.end - this.start + waiting < count) return false;
    if (this.start === this.end) {
      this.#take(this.#chunk, this.#next);
      return true;
    }
    this.#pull(count - (this.end - this.start));
    return true;
  }

  /** Takes `count` bytes out. They may reach beyond the contiguous part, but not beyond the queue. */
  skip(count: number): void {
    this.position += count;
    const here = this.end - this.start;
    if (count < here) {
      this.start += count;
      return;
    }
    this.#take(this.#chunk, Math.min(this.#chunk.length, this.#next + count - here));
  }

  /** Copies what is left out of the borrowed chunk. */
  keep(): void {
    const waiting = this.#chunk.length - this.#next;
    if (waiting > 0) this.#pull(waiting);
    if (this.bytes === this.#own || this.start === this.end) return;
    const left = this.end - this.start;
    this.#reserve(left);
    this.#own.set(this.bytes.subarray(this.start, this.end));
    this.bytes = this.#own;
    this.start = 0;
    this.end = left;
  }

  #take(chunk: Uint8Array, from: number): void {
    this.bytes = chunk;
    this.start = from;
    this.end = chunk.length;
    this.#chunk = EMPTY;
    this.#next = 0;
  }

  /** Copies `count` bytes of the waiting chunk behind the contiguous ones. */
  #pull(count: number): void {
    const left = this.end - this.start;
    const before = this.bytes;
    const from = this.start;
    const needed = left + count;
    if (before !== this.#own || this.#own.length < needed) {
      const old = this.#own;
      this.#reserve(needed);
      if (before !== old || old !== this.#own) this.#own.set(before.subarray(from, from + left));
      else this.#own.copyWithin(0, from, from + left);
    } else if (from > 0) this.#own.copyWithin(0, from, from + left);
    this.#own.set(this.#chunk.subarray(this.#next, this.#next + count), left);
    this.#next += count;
    this.bytes = this.#own;
    this.start = 0;
    this.end = needed;
  }

  #reserve(count: number): void {
    if (this.#own.length < count) this.#own = new Uint8Array(Math.max(count, 4096, this.#own.length * 2));
  }
}
