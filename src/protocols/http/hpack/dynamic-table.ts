// The dynamic table of HPACK (RFC 7541 §2.3.2, §4) as an observer has it. Who joins a connection late, or lost a field block, knows only the
// entries that came since: indices count from the newest entry, so these are right, and what lies behind them is unknown until it must have
// been evicted.

import type { Field } from "../../../wire/field.ts";
import { MAX_HEADER_TABLE_BYTES } from "../../../wire/limits.ts";
import type { KeptBytes } from "../../kept-bytes.ts";
import { type FieldName, HIDDEN } from "./field-names.ts";

/** What one field is, as far as somebody wants to know it. */
export interface Entry {
  readonly name: FieldName;
  /** Bytes of the name. */
  readonly nameLength: number;
  /** RFC 7541 §4.1. The least that it can be, where the name is hidden. */
  readonly size: number;
  /** Without query where the name is `:path`; empty where nobody wants it. */
  readonly value: string;
  /** Hash of the whole target, or the status code. */
  readonly number: number;
  /** Where the name is kept. */
  readonly field: Field | undefined;
}

/** SETTINGS_HEADER_TABLE_SIZE without SETTINGS (RFC 9113 §6.5.2). */
const DEFAULT_CAPACITY = 4096;
/** Overhead of an entry (RFC 7541 §4.1): no entry is smaller. */
export const ENTRY_OVERHEAD = 32;
/** What an entry costs us besides its value, about. */
const ENTRY_COST = 96;

export class DynamicTable {
  /** A ring; the newest entry is at `#newest`. Its length is a power of two. */
  #ring: (Entry | undefined)[] = [];
  #newest = 0;
  #count = 0;
  #size = 0;
  #capacity = DEFAULT_CAPACITY;
  /** True while every entry that the encoder has is here. */
  #isWhole = true;
  /** False while the encoder may use another capacity than we think. */
  #isCapacityKnown = true;
  #hiddenNames = 0;
  #cost = 0;
  readonly #budget: KeptBytes;

  constructor(budget: KeptBytes) {
    this.#budget = budget;
  }

  /** Whether every field that a block refers to can be known. */
  get isKnown(): boolean {
    return this.#isWhole && this.#hiddenNames === 0;
  }

  /** The entry with this distance from the newest; undefined when there is none that we know. */
  at(distance: number): Entry | undefined {
    return distance < this.#count ? this.#ring[(this.#newest - distance) & (this.#ring.length - 1)] : undefined;
  }

  /** The encoder refers to an entry that is not here. False when it cannot have it either. */
  mayHold(): boolean {
    if (!this.#isCapacityKnown) this.#isWhole = false;
    return !this.#isWhole;
  }

  /** False when there is no room to keep it; nothing of the table is known then. */
  insert(entry: Entry): boolean {
    this.#evictTo(this.#capacity - entry.size);
    // An entry that is too large empties the table and is no error (RFC 7541 §4.4).
    if (entry.size > this.#capacity) return true;
    const cost = ENTRY_COST + entry.value.length;
    if (!this.#budget.take(cost)) {
      this.lose();
      return false;
    }
    this.#cost += cost;
    if (this.#count === this.#ring.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#ring.length - 1);
    this.#ring[this.#newest] = entry;
    this.#count++;
    this.#size += entry.size;
    if (entry.name === HIDDEN) this.#hiddenNames++;
    if (this.#capacity - this.#size < ENTRY_OVERHEAD) this.#isWhole = true;
    return true;
  }

  /** A size update of the encoder (RFC 7541 §6.3): from now on its capacity is known. */
  resize(capacity: number): void {
    // What was evicted for a capacity that was only assumed, the encoder may still have.
    if (!this.#isCapacityKnown) this.#isWhole = false;
    this.#capacity = Math.min(capacity, MAX_HEADER_TABLE_BYTES);
    // Beyond the cap older entries are forgotten as if they had not been seen.
    this.#isCapacityKnown = capacity <= MAX_HEADER_TABLE_BYTES;
    this.#evictTo(this.#capacity);
    if (this.#capacity - this.#size < ENTRY_OVERHEAD) this.#isWhole = true;
  }

  /** Field blocks were missed, or not understood: how many entries came since, nobody knows. */
  lose(): void {
    this.#clear();
    this.#isWhole = false;
    this.#isCapacityKnown = false;
    this.#capacity = Math.max(this.#capacity, DEFAULT_CAPACITY);
  }

  /** The connection begins here: what was taken for unknown has never been. */
  begin(): void {
    this.#clear();
    this.#isWhole = true;
    this.#isCapacityKnown = true;
  }

  /** The connection is over. */
  close(): void {
    this.#clear();
  }

  #clear(): void {
    this.#budget.give(this.#cost);
    this.#cost = 0;
    this.#ring = [];
    this.#newest = 0;
    this.#count = 0;
    this.#size = 0;
    this.#hiddenNames = 0;
  }

  /** Entries leave in the order of their coming: where a known one must leave, no unknown older one is left. */
  #evictTo(size: number): void {
    while (this.#size > size && this.#count > 0) {
      const place = (this.#newest - (this.#count - 1)) & (this.#ring.length - 1);
      const oldest = this.#ring[place]!;
      this.#ring[place] = undefined;
      this.#count--;
      this.#size -= oldest.size;
      if (oldest.name === HIDDEN) this.#hiddenNames--;
      const cost = ENTRY_COST + oldest.value.length;
      this.#cost -= cost;
      this.#budget.give(cost);
      this.#isWhole = true;
    }
    if (size < 0) this.#isWhole = true;
  }

  #grow(): void {
    const grown = new Array<Entry | undefined>(Math.max(16, this.#ring.length * 2)).fill(undefined);
    for (let i = 0; i < this.#count; i++) grown[this.#count - 1 - i] = this.at(i);
    this.#ring = grown;
    this.#newest = (this.#count - 1) & (grown.length - 1);
  }
}
