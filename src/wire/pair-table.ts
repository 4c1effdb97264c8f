// A hash table from two 32-bit integers to one, in typed arrays: open addressing, linear probing, never more than half full.

import { grown } from "./columns.ts";

/** Chosen anew in every process: what stands in a capture cannot be made to collide. It changes no answer. */
const SEED = (Math.random() * 2 ** 32) | 0;
const FIRST_CAPACITY = 1_024;
const NOTHING = -1;

/** Mixes two integers so that every bit of both moves every bit of the answer (the finalizer of MurmurHash3). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ SEED, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export class PairTable {
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(NOTHING);
  #first = new Int32Array(FIRST_CAPACITY);
  #second = new Int32Array(FIRST_CAPACITY);
  #values = new Int32Array(FIRST_CAPACITY);
  #size = 0;

  /** The value of a pair, or -1. */
  get(a: number, b: number): number {
    const entry = this.#slots[this.#slotOf(a | 0, b | 0)]!;
    return entry === NOTHING ? NOTHING : this.#values[entry]!;
  }

  set(a: number, b: number, value: number): void {
    const slot = this.#slotOf(a | 0, b | 0);
    const entry = this.#slots[slot]!;
    if (entry !== NOTHING) {
      this.#values[entry] = value;
      return;
    }
    this.#slots[slot] = this.#size;
    this.#first[this.#size] = a;
    this.#second[this.#size] = b;
    this.#values[this.#size] = value;
    this.#size++;
    if (this.#size === this.#values.length) this.#grow();
  }

  #slotOf(a: number, b: number): number {
    const mask = this.#slots.length - 1;
    let slot = mix(a, b) & mask;
    for (let entry = this.#slots[slot]!; entry !== NOTHING; entry = this.#slots[slot]!) {
      if (this.#first[entry] === a && this.#second[entry] === b) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const capacity = this.#values.length * 2;
    this.#first = grown(this.#first, capacity);
    this.#second = grown(this.#second, capacity);
    this.#values = grown(this.#values, capacity);
    this.#slots = new Int32Array(capacity * 2).fill(NOTHING);
    for (let entry = 0; entry < this.#size; entry++) this.#slots[this.#slotOf(this.#first[entry]!, this.#second[entry]!)] = entry;
  }
}
