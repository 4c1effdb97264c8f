// Field blocks that come again byte for byte, as most responses of a server do within a second: what they say is remembered.

import type { Field } from "../../wire/field.ts";

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

/** By the bytes from a block's beginning to the end of its segment: messages of one kind are of one length. */
const SLOTS = 64;
const MAX_BLOCK = 512;
/** Where a block did not come again, only one in so many of the next ones is remembered. */
const SELDOM = 16;

interface Slot {
  readonly bytes: Uint8Array;
  readonly words: DataView;
  length: number;
  fields: RememberedFields | undefined;
  isUsed: boolean;
  passed: number;
}

export class FieldMemo {
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Bytes of the block that `find` found. */
  length = 0;

  /** What the block that begins at `start` says, where it is known; `view` shows the same bytes. */
  find(view: DataView, start: number, end: number): RememberedFields | undefined {
    const slot = this.#slots[(end - start) % SLOTS];
    if (slot?.fields === undefined || slot.length > end - start) return undefined;
    const { words, length } = slot;
    const last = length - 4;
    for (let at = 0; at < last; at += 4) if (words.getInt32(at) !== view.getInt32(start + at)) return undefined;
    if (words.getInt32(last) !== view.getInt32(start + last)) return undefined;
    slot.isUsed = true;
    this.length = length;
    return slot.fields;
  }

  /** Remembers the block `bytes[start..next)` of a segment that ends at `end`, or passes it over. */
  remember(bytes: Uint8Array, start: number, next: number, end: number, make: () => RememberedFields): void {
    const length = next - start;
    if (length < 4 || length > MAX_BLOCK) return;
    const place = (end - start) % SLOTS;
    this.#slots[place] ??= emptySlot();
    const slot = this.#slots[place];
    if (slot.fields !== undefined && !slot.isUsed && ++slot.passed % SELDOM !== 0) return;
    slot.bytes.set(bytes.subarray(start, next));
    slot.length = length;
    slot.fields = make();
    slot.isUsed = false;
  }
}

function emptySlot(): Slot {
  const bytes = new Uint8Array(MAX_BLOCK);
  return { bytes, words: new DataView(bytes.buffer), length: 0, fields: undefined, isUsed: false, passed: 0 };
}
