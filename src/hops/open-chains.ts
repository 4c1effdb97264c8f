// What machines are serving, found by a number: a hash table that holds what is open, and not what was, so that it stays small however many pass.

import { grown } from "../wire/columns.ts";
import { mixPair } from "../wire/pair-table.ts";

const FIRST_CAPACITY = 1_024;
const NOTHING = -1;

export class OpenChains {
  readonly #isOver: (hop: number, at: number) => boolean;
  #size = 0;
  /** By entry, in the order in which they came. */
  #hop = new Int32Array(FIRST_CAPACITY);
  #host = new Int32Array(FIRST_CAPACITY);
  #key = new Int32Array(FIRST_CAPACITY);
  /** The next entry of the same bucket, an older one; or -1. */
  #next = new Int32Array(FIRST_CAPACITY);
  /** By bucket: its newest entry, or -1. */
  #newest = new Int32Array(FIRST_CAPACITY * 2).fill(NOTHING);

  /** `isOver`: whether a hop was answered before a time. */
  constructor(isOver: (hop: number, at: number) => boolean) {
    this.#isOver = isOver;
  }

  /** `at`: when the hop began; it MUST NOT be before that of those that were put in. */
  put(host: number, key: number, hop: number, at: number): void {
    if (this.#size === this.#hop.length) this.#sweep(at);
    const entry = this.#size++;
    this.#hop[entry] = hop;
    this.#host[entry] = host;
    this.#key[entry] = key;
    this.#chain(entry);
  }

  /** Puts up to `found.length` hops into `found`, the newest first, that `host` is serving at `at` under a key. Returns how many there are. */
  find(host: number, key: number, at: number, found: Int32Array): number {
    const next = this.#next;
    const bucket = this.#bucket(host, key);
    let count = 0;
    let before = NOTHING;
    for (let entry = this.#newest[bucket]!; entry !== NOTHING && count < found.length; entry = next[entry]!) {
      if (this.#key[entry] === key && this.#host[entry] === host) {
        if (this.#isOver(this.#hop[entry]!, at)) {
          if (before === NOTHING) this.#newest[bucket] = next[entry]!;
          else next[before] = next[entry]!;
          continue;
        }
        found[count++] = this.#hop[entry]!;
      }
      before = entry;
    }
    return count;
  }

  #bucket(host: number, key: number): number {
    return mixPair(host, key) & (this.#newest.length - 1);
  }

  #chain(entry: number): void {
    const bucket = this.#bucket(this.#host[entry]!, this.#key[entry]!);
    this.#next[entry] = this.#newest[bucket]!;
    this.#newest[bucket] = entry;
  }

  /** Forgets what is over at `at`; where much is open, the table grows. */
  #sweep(at: number): void {
    const [hop, host, key] = [this.#hop, this.#host, this.#key];
    let size = 0;
    for (let entry = 0; entry < this.#size; entry++) {
      if (this.#isOver(hop[entry]!, at)) continue;
      hop[size] = hop[entry]!;
      host[size] = host[entry]!;
      key[size++] = key[entry]!;
    }
    this.#size = size;
    if (size > hop.length / 2) this.#grow();
    this.#newest.fill(NOTHING);
    for (let entry = 0; entry < size; entry++) this.#chain(entry);
  }

  #grow(): void {
    const capacity = this.#hop.length * 2;
    this.#hop = grown(this.#hop, capacity);
    this.#host = grown(this.#host, capacity);
    this.#key = grown(this.#key, capacity);
    this.#next = grown(this.#next, capacity);
    this.#newest = new Int32Array(capacity * 2);
  }
}
