import { MAX_UNFINISHED_BYTES_TOTAL } from "../wire/limits.ts";

/** What many connections keep between packets, together: half-open ones of one vantage point must not add up to all memory. */
export class KeptBytes {
  readonly #limit: number;
  #used = 0;

  constructor(limit = MAX_UNFINISHED_BYTES_TOTAL) {
    this.#limit = limit;
  }

  /** False when there is no room; nothing is taken then. */
  take(count: number): boolean {
    if (this.#used + count > this.#limit) return false;
    this.#used += count;
    return true;
  }

  give(count: number): void {
    this.#used -= count;
  }
}
