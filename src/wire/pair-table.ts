// A hash table from two 32-bit integers to one, in a typed array: open addressing, linear probing, never more than half full.

/** Chosen anew in every process: what stands in a capture cannot be made to collide. It changes no answer. */
const SEED = (Math.random() * 2 ** 32) | 0;
const FIRST_CAPACITY = 1_024;
const NOTHING = -1;

/** Mixes two integers so that every bit of both moves every bit of the answer: `mix`, a multiplication shorter where packets are looked up. */
export function mixPair(a: number, b: number): number {
  let h = Math.imul(a ^ SEED, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Words of an entry: the pair, its value, and whether there is one. Side by side, so that a look costs one cache line. */
const ENTRY = 4;
const VALUE = 2;
const IS_SET = 3;

export class PairTable {
  #entries: Int32Array;
  #size = 0;

  /** `expected`: so many entries need no growing. Memory that nobody has written to costs nothing. */
  constructor(expected = 0) {
    let capacity = FIRST_CAPACITY;
    while (capacity < expected * 2) capacity *= 2;
    this.#entries = new Int32Array(capacity * ENTRY);
  }

  /** The value of a pair, or -1. */
  get(a: number, b: number): number {
    const at = this.#find(a | 0, b | 0);
    return this.#entries[at + IS_SET] === 0 ? NOTHING : this.#entries[at + VALUE]!;
  }

  /** Returns the value that it had before, or -1. */
  set(a: number, b: number, value: number): number {
    const at = this.#find(a | 0, b | 0);
    const entries = this.#entries;
    const before = entries[at + VALUE]!;
    entries[at + VALUE] = value;
    if (entries[at + IS_SET] === 1) return before;
    entries[at] = a;
    entries[at + 1] = b;
    entries[at + IS_SET] = 1;
    this.#size++;
    if (this.#size * 2 * ENTRY > entries.length) this.#grow();
    return NOTHING;
  }

  /** Where the entry of a pair is, or would be. */
  #find(a: number, b: number): number {
    const entries = this.#entries;
    const mask = entries.length - 1;
    let at = Math.imul(mixPair(a, b), ENTRY) & mask;
    while (entries[at + IS_SET] === 1 && (entries[at] !== a || entries[at + 1] !== b)) at = (at + ENTRY) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#entries;
    this.#entries = new Int32Array(old.length * 2);
    const entries = this.#entries;
    for (let from = 0; from < old.length; from += ENTRY) {
      if (old[from + IS_SET] === 0) continue;
      const at = this.#find(old[from]!, old[from + 1]!);
      for (let word = 0; word < ENTRY; word++) entries[at + word] = old[from + word]!;
    }
  }
}
