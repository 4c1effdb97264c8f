// Trace ids of a run as numbers: 16 bytes each, told apart without making strings.

import { FIRST_ROWS, grown } from "../wire/columns.ts";
import { mixPair } from "../wire/pair-table.ts";
import { hexOf, hexWord } from "./hex-words.ts";

const IS_ID = /^[0-9a-f]{32}$/;

/** Numbers are given in the order in which ids first come. */
export class TraceIds {
  size = 0;
  /** Four words an id, the most significant first. */
  #words = new Int32Array(FIRST_ROWS * 4);
  /** Numbers plus one; 0 in an empty slot. */
  #slots = new Uint32Array(FIRST_ROWS * 2);

  /** The number of an id of 32 lower-case hex digits. */
  number(text: string): number {
    return this.numberOf(hexWord(text, 0), hexWord(text, 8), hexWord(text, 16), hexWord(text, 24));
  }

  /** The same for its four words. */
  numberOf(a: number, b: number, c: number, d: number): number {
    const slot = this.#slotOf(a, b, c, d);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    if (this.size * 4 === this.#words.length) {
      this.#grow();
      return this.numberOf(a, b, c, d);
    }
    const number = this.size++;
    this.#words[number * 4] = a;
    this.#words[number * 4 + 1] = b;
    this.#words[number * 4 + 2] = c;
    this.#words[number * 4 + 3] = d;
    this.#slots[slot] = number + 1;
    return number;
  }

  /** The number here of an id that has this number there. */
  numberAs(there: TraceIds, number: number): number {
    const words = there.#words;
    const at = number * 4;
    return this.numberOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }

  /** The number of an id of 32 lower-case hex digits, or -1. */
  find(text: string): number {
    if (!IS_ID.test(text)) return -1;
    return this.#slots[this.#slotOf(hexWord(text, 0), hexWord(text, 8), hexWord(text, 16), hexWord(text, 24))]! - 1;
  }

  /** 32 lower-case hex digits. */
  text(number: number): string {
    return hexOf(this.#words, number * 4, 4);
  }

  /** Eight digits of an id as an unsigned number: the `word`-th of its four, the most significant first. */
  word(number: number, word: number): number {
    return this.#words[number * 4 + word]! >>> 0;
  }

  /** All of them, in the order of their numbers. */
  *texts(): Iterable<string> {
    for (let number = 0; number < this.size; number++) yield this.text(number);
  }

  #slotOf(a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    let slot = mixPair(mixPair(a, b), mixPair(c, d)) & mask;
    for (let known = this.#slots[slot]!; known > 0; known = this.#slots[slot]!) {
      const at = (known - 1) * 4;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    this.#words = grown(this.#words, this.#words.length * 2);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const words = this.#words;
    for (let number = 0; number < this.size; number++) {
      const at = number * 4;
      this.#slots[this.#slotOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)] = number + 1;
    }
  }
}
