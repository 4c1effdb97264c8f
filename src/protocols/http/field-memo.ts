// Field blocks that come again byte for byte, as most responses of a server do within a second, or but for the values of some kept fields, as the
// requests of a client do with every trace: what they say is remembered.

import type { Field } from "../../wire/field.ts";
import type { TextCache } from "./text-cache.ts";

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

/** A value that is another one in every block: of which of the kept fields, and where in the block it lies. */
export interface Hole {
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
const SP = 32;

interface Slot {
  readonly bytes: Uint8Array;
  readonly words: DataView;
  length: number;
  fields: RememberedFields | undefined;
  /** In wire order. */
  holes: readonly Hole[];
  isUsed: boolean;
  passed: number;
}

export class FieldMemo {
  /** By `placeOf` a block. */
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #text: TextCache;
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

  #slotAt(place: number): Slot {
    this.#slots[place] ??= emptySlot();
    return this.#slots[place];
  }

  /** Bytes of the block that `find` found. */
  get length(): number {
    return this.#found!.length;
  }

  /** The kept fields of the block that `find` found at `start`. */
  keptOf({ kept }: RememberedFields, bytes: Uint8Array, start: number): Field[] {
    const { holes } = this.#found!;
    if (holes.length === 0) return kept;
    const own = kept.slice();
    for (let i = 0; i < holes.length; i++) {
      const hole = holes[i]!;
      own[hole.field] = { name: kept[hole.field]!.name, value: this.#text.read(bytes, start + hole.start, start + hole.end) };
    }
    return own;
  }

  /** Remembers the block from `start` to `next` of a segment that ends at `end`, or passes it over. */
  remember(view: DataView, start: number, next: number, end: number, holes: readonly Hole[], make: () => RememberedFields): void {
    const length = next - start;
    if (length < SHORTEST || length > MAX_BLOCK || holes.length > MAX_HOLES) return;
    const place = placeOf(view, start, end);
    const slot = this.#slotAt(this.#slots[place]?.isUsed === true ? place ^ 1 : place);
    if (slot.fields !== undefined && !slot.isUsed && ++slot.passed % SELDOM !== 0) return;
    slot.bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, length));
    slot.length = length;
    slot.fields = make();
    slot.holes = holes;
    slot.isUsed = false;
  }
}

/** Whether a slot holds the block that begins at `start`. */
function isFound({ words, length, holes, fields }: Slot, view: DataView, start: number, end: number): boolean {
  if (fields === undefined || length > end - start) return false;
  let from = 0;
  for (let i = 0; i < holes.length; i++) {
    const hole = holes[i]!;
    if (!isSame(words, view, start, from, hole.start)) return false;
    // White space would not be a part of the value, or end the line.
    for (let at = hole.start; at < hole.end; at++) if (view.getUint8(start + at) <= SP) return false;
    from = hole.end;
  }
  return isSame(words, view, start, from, length);
}

/** Messages of one kind begin with one field, and are of one length up to the end of their segment. */
function placeOf(view: DataView, start: number, end: number): number {
  return Math.imul(view.getInt32(start) ^ Math.imul(end - start, 0x85ebca6b), 0x9e3779b1) >>> SHIFT;
}

/** Whether `known[from..to)` stands in `view` behind `start`. */
function isSame(known: DataView, view: DataView, start: number, from: number, to: number): boolean {
  let at = from;
  for (; at + 4 <= to; at += 4) if (known.getInt32(at, true) !== view.getInt32(start + at, true)) return false;
  for (; at < to; at++) if (known.getUint8(at) !== view.getUint8(start + at)) return false;
  return true;
}

function emptySlot(): Slot {
  const bytes = new Uint8Array(MAX_BLOCK);
  return { bytes, words: new DataView(bytes.buffer), length: 0, fields: undefined, holes: [], isUsed: false, passed: 0 };
}
