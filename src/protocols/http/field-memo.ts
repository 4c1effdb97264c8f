// Field blocks that come again byte for byte, as most responses of a server do within a second, or but for the values of some kept fields, as the
// requests of a client do with every trace: what they say is remembered.

import { SP } from "../../wire/ascii.ts";
import { ByteFields } from "../../wire/byte-field.ts";
import type { Field } from "../../wire/field.ts";
import { isCached, type TextCache } from "./text-cache.ts";

/** What a block says; places count from its beginning. */
export interface RememberedFields {
  readonly kept: Field[];
  readonly contentLength: number;
  readonly transferEncoding: string;
  readonly upgrade: string;
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly encodingStart: number;
  readonly encodingEnd: number;
}

/** A kept value that says nothing of the message: of which of the kept fields, and where in the block it lies. */
export interface KeptValue {
  readonly field: number;
  readonly start: number;
  readonly end: number;
}

/** Two for every place: `placeOf` a block, and the one beside it. */
const SLOTS = 256;
const SHIFT = 24;
const MAX_BLOCK = 512;
const MAX_HOLES = 8;
const SHORTEST = 4;
/** Where a block did not come again, only one in so many of the next ones is remembered. */
const SELDOM = 16;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const FIRST_VISIBLE = (SP + 1) * ONES;

interface Slot {
  readonly bytes: Uint8Array;
  /** The bytes by words, and the bits of each that MUST be the same; the last word ends with the block and may reach into the one before. */
  readonly words: Int32Array;
  readonly masks: Int32Array;
  length: number;
  fields: RememberedFields;
  /** All values that may differ, in wire order. */
  values: readonly KeptValue[];
  /** Those of them that were seen to differ. */
  holes: readonly KeptValue[];
  isUsed: boolean;
  passed: number;
}

export class FieldMemo {
  /** By `placeOf` a block. */
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #text: TextCache;
  readonly #byteFields = new ByteFields();
  #found: Slot | undefined;

  constructor(text: TextCache) {
    this.#text = text;
  }

  /** What the block that begins at `start` says, where it is known; but for `kept`, which `keptOf` tells. `view` shows the same bytes. */
  find(view: DataView, start: number, end: number): RememberedFields | undefined {
    if (end - start < SHORTEST) return undefined;
    const place = placeOf(view, start, end);
    let slot = this.#slots[place];
    if (slot === undefined || !isFound(slot, view, start, end)) {
      slot = this.#slots[place ^ 1];
      if (slot === undefined || !isFound(slot, view, start, end)) return undefined;
    }
    slot.isUsed = true;
    this.#found = slot;
    return slot.fields;
  }

  /** Bytes of the block that `find` found. */
  get length(): number {
    return this.#found!.length;
  }

  /** The kept fields of the block that `find` found at `start`; `view` and `bytes` show the same. */
  keptOf({ kept }: RememberedFields, view: DataView, bytes: Uint8Array, start: number): Field[] {
    const { holes } = this.#found!;
    if (holes.length === 0) return kept;
    const own = kept.slice();
    for (let i = 0; i < holes.length; i++) {
      const hole = holes[i]!;
      const { name } = kept[hole.field]!;
      const from = start + hole.start;
      const to = start + hole.end;
      // What is short may come again (a host), what is long hardly does (a `traceparent`).
      own[hole.field] = isCached(to - from)
        ? { name, value: this.#text.read(bytes, from, to) }
        : this.#byteFields.field(name, view, from, to);
    }
    return own;
  }

  /** Remembers the block from `start` to `next` of a segment that ends at `end`, or passes it over. `values`: all that may differ, in wire order. */
  remember(view: DataView, start: number, next: number, end: number, values: readonly KeptValue[], make: () => RememberedFields): void {
    const length = next - start;
    if (length < SHORTEST || length > MAX_BLOCK) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, length);
    const place = placeOf(view, start, end);
    for (const near of [place, place ^ 1]) {
      const slot = this.#slots[near];
      const holes = slot === undefined ? undefined : differences(slot, bytes, values);
      if (slot === undefined || holes === undefined || holes.length > MAX_HOLES) continue;
      fill(slot, bytes, values, holes, make());
      return;
    }
    const own = this.#slots[place]?.isUsed === true ? place ^ 1 : place;
    const slot = this.#slots[own];
    if (slot !== undefined && !slot.isUsed && ++slot.passed % SELDOM !== 0) return;
    this.#slots[own] = slot ?? emptySlot(make());
    fill(this.#slots[own], bytes, values, NO_HOLES, make());
  }
}

const NO_HOLES: readonly KeptValue[] = [];

/** Whether a slot holds the block that begins at `start`. */
function isFound({ words, masks, length, holes }: Slot, view: DataView, start: number, end: number): boolean {
  if (length > end - start) return false;
  const last = (length - 1) >> 2;
  for (let word = 0; word < last; word++)
    if (((view.getInt32(start + (word << 2), true) ^ words[word]!) & masks[word]!) !== 0) return false;
  if (((view.getInt32(start + length - 4, true) ^ words[last]!) & masks[last]!) !== 0) return false;
  // White space would not be a part of the value, or end the line.
  for (let i = 0; i < holes.length; i++) if (!isVisible(view, start + holes[i]!.start, start + holes[i]!.end)) return false;
  return true;
}

/** Whether no byte of `view[from..to)` is white space or a control. */
function isVisible(view: DataView, from: number, to: number): boolean {
  let at = from;
  // A byte is below a bound where the subtraction borrows into a high bit that was not set (A. Mycroft).
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    if (((word - FIRST_VISIBLE) & ~word & HIGH_BITS) !== 0) return false;
  }
  for (; at < to; at++) if (view.getUint8(at) <= SP) return false;
  return true;
}

/** Messages of one kind begin with one field, and are of one length up to the end of their segment. */
function placeOf(view: DataView, start: number, end: number): number {
  return Math.imul(view.getInt32(start) ^ Math.imul(end - start, 0x85ebca6b), 0x9e3779b1) >>> SHIFT;
}

/** Where a block differs from the one in a slot, and where others did before; undefined where that is not in kept values alone. */
function differences(slot: Slot, bytes: Uint8Array, values: readonly KeptValue[]): KeptValue[] | undefined {
  if (slot.length !== bytes.length || slot.values.length !== values.length) return undefined;
  const holes: KeptValue[] = [];
  let from = 0;
  for (const [i, value] of values.entries()) {
    const before = slot.values[i]!;
    if (before.field !== value.field || before.start !== value.start || before.end !== value.end) return undefined;
    if (!isSame(slot.bytes, bytes, from, value.start)) return undefined;
    if (slot.holes.includes(before) || !isSame(slot.bytes, bytes, value.start, value.end)) holes.push(value);
    from = value.end;
  }
  return isSame(slot.bytes, bytes, from, bytes.length) ? holes : undefined;
}

function isSame(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (a[at] !== b[at]) return false;
  return true;
}

function fill(slot: Slot, bytes: Uint8Array, values: readonly KeptValue[], holes: readonly KeptValue[], fields: RememberedFields): void {
  const { length } = bytes;
  slot.bytes.set(bytes);
  slot.length = length;
  slot.fields = fields;
  slot.values = values;
  slot.holes = holes;
  slot.isUsed = false;
  const fixed = new Uint8Array(length).fill(0xff);
  for (const { start, end } of holes) fixed.fill(0, start, end);
  const [known, mask] = [slot.bytes, fixed].map((of) => new DataView(of.buffer, of.byteOffset, length));
  const last = (length - 1) >> 2;
  for (let word = 0; word <= last; word++) {
    const at = word === last ? length - 4 : word << 2;
    slot.words[word] = known!.getInt32(at, true);
    slot.masks[word] = mask!.getInt32(at, true);
  }
}

function emptySlot(fields: RememberedFields): Slot {
  const bytes = new Uint8Array(MAX_BLOCK);
  const words = new Int32Array(MAX_BLOCK / 4);
  return { bytes, words, masks: new Int32Array(MAX_BLOCK / 4), length: 0, fields, values: [], holes: [], isUsed: false, passed: 0 };
}
