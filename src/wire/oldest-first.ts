// The entry that has lain in a Map longest, again and again. To look for the first one walks over the places of all that were taken out before: in a table that is
// always full, each look would cost its size. An iterator that is kept would do, and keeps alive each state of the table that it was not moved through.

export class OldestFirst<Key, Value> {
  readonly #table: ReadonlyMap<Key, Value>;
  /** The oldest when they were looked for, in order. */
  #batch: (readonly [Key, Value])[] = [];
  #at = 0;

  /** What is put in again MUST be another value: it is by that that its place is known to be another. */
  constructor(table: ReadonlyMap<Key, Value>) {
    this.#table = table;
  }

  /** It stays where it is; the same until it is taken out. */
  peek(): readonly [key: Key, value: Value] | undefined {
    for (;;) {
      for (; this.#at < this.#batch.length; this.#at++) {
        const first = this.#batch[this.#at]!;
        if (this.#table.get(first[0]) === first[1]) return first;
      }
      this.#batch = [];
      this.#at = 0;
      if (this.#table.size === 0) return undefined;
      for (const entry of this.#table.entries()) if (this.#batch.push(entry) >= BATCH) break;
    }
  }
}

const BATCH = 256;
