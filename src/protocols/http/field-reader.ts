// Header field lines (RFC 9112 §5), read in place: only fields that somebody declared are made into strings.

import { COLON, CR, HTAB, LF, SP } from "../../wire/ascii.ts";
import type { Field } from "../../wire/field.ts";
import { MAX_FIELD_VALUE_BYTES, MAX_FIELDS } from "../../wire/limits.ts";
import { blanksEnd, colonAfter, type Declared, DeclaredFields, find } from "./declared-fields.ts";
import { FieldMemo, type KeptValue, type RememberedFields } from "./field-memo.ts";
import { findLineFeed, LineScanner } from "./line-scanner.ts";
import { createTextCache, type TextCache } from "./text-cache.ts";

/** Fields that frame a message (RFC 9112 §6): always read. */
const CONTENT_LENGTH = "content-length";
const TRANSFER_ENCODING = "transfer-encoding";
/** Of the body: where its value lies is remembered, and read where somebody wants the body. */
const CONTENT_TYPE = "content-type";
const CONTENT_ENCODING = "content-encoding";
/** It says what the connection speaks from here on (RFC 9110 §7.8). */
const UPGRADE = "upgrade";

/** `contentLength` without the field, and where its values differ or are no numbers. */
export const NO_LENGTH = -1;
export const BAD_LENGTH = -2;
/** Above it a double is not exact any more. */
const MAX_LENGTH_DIGITS = 15;

/** What the fields of one head say. One object is used again and again, but for `kept`: borrowed until the next head is read. */
export interface FieldLines {
  kept: Field[];
  /** The body's length; `NO_LENGTH`, or `BAD_LENGTH` when it cannot be told. */
  contentLength: number;
  /** Value lines in wire order, lower-cased, joined by commas (RFC 9110 §5.3); empty without the field. */
  transferEncoding: string;
  /** Lower-cased; empty without the field. */
  upgrade: string;
  /** Where the value of Content-Type lies in the bytes of the head; equal without the field. The last line counts. */
  typeStart: number;
  typeEnd: number;
  /** The same of Content-Encoding. */
  encodingStart: number;
  encodingEnd: number;
  /** Lines that are no field line (RFC 9112 §5.1). */
  malformed: number;
  /** True when a declared field was passed over, or cut, for one of `limits.ts`. */
  isBeyondLimits: boolean;
}

/** Never written to: most responses have no field that anybody keeps. */
const NOTHING_KEPT: Field[] = [];
const NO_VALUES: KeptValue[] = [];

const NOTHING: RememberedFields = {
  kept: NOTHING_KEPT,
  contentLength: NO_LENGTH,
  transferEncoding: "",
  upgrade: "",
  typeStart: 0,
  typeEnd: 0,
  encodingStart: 0,
  encodingEnd: 0,
};

export interface FieldReader {
  /** What the last `read` found. */
  readonly fields: FieldLines;
  readonly text: TextCache;
  readonly lines: LineScanner;
  /**
   * Reads lines from `start` up to the empty line. Returns the offset behind it, or -1 when it is not in `bytes[..end)`; `fields` then holds the
   * whole lines before `end`.
   */
  read(bytes: Uint8Array, start: number, end: number): number;
}

/** `keep`: lower-case names of the fields whose values are kept; one that ends in `*` stands for every field whose name begins so. */
export function createFieldReader(keep: ReadonlySet<string>): FieldReader {
  return new DeclaredFieldReader(keep);
}

class DeclaredFieldReader implements FieldReader {
  readonly fields: FieldLines = { ...NOTHING, malformed: 0, isBeyondLimits: false };
  readonly lines = new LineScanner();
  readonly text = createTextCache(this.lines);
  readonly #declared: DeclaredFields;
  readonly #memo = new FieldMemo(this.text);
  #last: Declared | undefined;
  /** Whether the block is plain lines within all limits. */
  #isUsual = true;
  /** Where the values lie that are only kept. */
  #values: KeptValue[] = NO_VALUES;
  #start = 0;

  constructor(keep: ReadonlySet<string>) {
    this.#declared = new DeclaredFields([CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_TYPE, CONTENT_ENCODING, UPGRADE], keep);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const view = this.lines.viewOf(bytes);
    const remembered = this.#memo.find(view, start, end);
    if (remembered !== undefined) {
      this.#say(remembered, start);
      this.fields.kept = this.#memo.keptOf(remembered, view, bytes, start);
      return start + this.#memo.length;
    }
    this.#say(NOTHING, 0);
    this.#last = undefined;
    this.#isUsual = true;
    this.#values = NO_VALUES;
    this.#start = start;
    const next = this.#readLines(view, bytes, start, end);
    if (next >= 0 && this.#isUsual) this.#memo.remember(view, start, next, end, this.#values, () => this.#toRemember(start));
    return next;
  }

  /** Takes over what a block that begins at `start` says. */
  #say(said: RememberedFields, start: number): void {
    const { fields } = this;
    fields.kept = said.kept;
    fields.contentLength = said.contentLength;
    fields.transferEncoding = said.transferEncoding;
    fields.upgrade = said.upgrade;
    fields.typeStart = start + said.typeStart;
    fields.typeEnd = start + said.typeEnd;
    fields.encodingStart = start + said.encodingStart;
    fields.encodingEnd = start + said.encodingEnd;
    fields.malformed = 0;
    fields.isBeyondLimits = false;
  }

  #toRemember(start: number): RememberedFields {
    const { kept, contentLength, transferEncoding, upgrade, typeStart, typeEnd, encodingStart, encodingEnd } = this.fields;
    return {
      kept,
      contentLength,
      transferEncoding,
      upgrade,
      typeStart: typeStart - start,
      typeEnd: typeEnd - start,
      encodingStart: encodingStart - start,
      encodingEnd: encodingEnd - start,
    };
  }

  #readLines(view: DataView, bytes: Uint8Array, start: number, end: number): number {
    const { fields } = this;
    let count = 0;
    let at = start;
    while (at < end) {
      const first = bytes[at]!;
      if (first === LF) return at + 1;
      if (first === CR && at + 1 < end && bytes[at + 1] === LF) return at + 2;
      const lf = findLineFeed(view, bytes, at, end);
      if (lf === end) return -1;
      const candidates = this.#declared.candidates(first, bytes[at + 1]!);
      if (candidates !== undefined) {
        this.#last = find(candidates, bytes, at, lf);
        if (this.#last !== undefined) {
          if (count++ < MAX_FIELDS) this.#put(this.#last, bytes, at, lf);
          else this.#sayBeyondLimits();
        }
      } else if (first === SP || first === HTAB) this.#fold(bytes, at, lf);
      else {
        this.#last = undefined;
        if (first === COLON) {
          fields.malformed++;
          this.#isUsual = false;
        }
      }
      at = lf + 1;
    }
    return -1;
  }

  #put(declared: Declared, bytes: Uint8Array, start: number, lf: number): void {
    const { fields, text } = this;
    const nameEnd = start + declared.name.length;
    const colon = declared.isPrefix ? colonAfter(bytes, nameEnd, lf) : blanksEnd(bytes, nameEnd, lf);
    const from = blanksEnd(bytes, colon + 1, lf);
    const to = valueEnd(bytes, from, lf);
    if (declared.isKept) {
      const end = Math.min(to, from + MAX_FIELD_VALUE_BYTES);
      if (end < to) this.#sayBeyondLimits();
      const { name, value } = declared.seen;
      const named = declared.isPrefix ? colon : nameEnd;
      const isNameSeen = isText(name, bytes, start, named);
      if (!declared.isRead) this.#addValue(fields.kept.length, from, end);
      if (!isNameSeen || !isText(value, bytes, from, end))
        declared.seen = { name: isNameSeen ? name : text.read(bytes, start, named), value: text.read(bytes, from, end) };
      if (fields.kept === NOTHING_KEPT) fields.kept = [declared.seen];
      else fields.kept.push(declared.seen);
    }
    if (declared.name === CONTENT_TYPE) {
      fields.typeStart = from;
      fields.typeEnd = to;
    } else if (declared.name === CONTENT_ENCODING) {
      fields.encodingStart = from;
      fields.encodingEnd = to;
    } else if (declared.name === UPGRADE) fields.upgrade = text.read(bytes, from, to).toLowerCase();
    else if (declared.name === CONTENT_LENGTH) fields.contentLength = agree(fields.contentLength, readLengths(bytes, from, to));
    else if (declared.name === TRANSFER_ENCODING) {
      const value = text.read(bytes, from, to).toLowerCase();
      fields.transferEncoding = fields.transferEncoding === "" ? value : `${fields.transferEncoding},${value}`;
    }
  }

  #addValue(field: number, start: number, end: number): void {
    const value = { field, start: start - this.#start, end: end - this.#start };
    if (this.#values === NO_VALUES) this.#values = [value];
    else this.#values.push(value);
  }

  #sayBeyondLimits(): void {
    this.fields.isBeyondLimits = true;
    this.#isUsual = false;
  }

  /** obs-fold (RFC 9112 §5.2): a line that begins with white space continues the value before it, joined by one blank. */
  #fold(bytes: Uint8Array, start: number, lf: number): void {
    this.#isUsual = false;
    const declared = this.#last;
    if (declared === undefined) return;
    const { fields, text } = this;
    const from = blanksEnd(bytes, start, lf);
    const more = text.read(bytes, from, valueEnd(bytes, from, lf));
    const last = fields.kept.at(-1);
    const isFull = last !== undefined && last.value.length >= MAX_FIELD_VALUE_BYTES;
    if (declared.isKept && isFull) this.#sayBeyondLimits();
    if (declared.isKept && last !== undefined && !isFull)
      fields.kept[fields.kept.length - 1] = { name: last.name, value: `${last.value} ${more}`.trim().slice(0, MAX_FIELD_VALUE_BYTES) };
    if (declared.name === TRANSFER_ENCODING && fields.transferEncoding.length < MAX_FIELD_VALUE_BYTES)
      fields.transferEncoding += ` ${more.toLowerCase()}`;
    if (declared.name === CONTENT_LENGTH && more !== "") fields.contentLength = BAD_LENGTH;
  }
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Where a value ends, without the white space behind it (RFC 9110 §5.5). */
function valueEnd(bytes: Uint8Array, from: number, lf: number): number {
  let to = lf;
  while (to > from && (bytes[to - 1] === CR || bytes[to - 1] === SP || bytes[to - 1] === HTAB)) to--;
  return to;
}

/** Equal repeated lengths, in one line or in several, are one (RFC 9110 §8.6); different ones are an attack or an accident. */
function readLengths(bytes: Uint8Array, from: number, to: number): number {
  let length = NO_LENGTH;
  for (let at = from; at <= to; at++) {
    let value = 0;
    const start = blanksEnd(bytes, at, to);
    at = start;
    while (at < to && bytes[at]! >= 48 && bytes[at]! <= 57) value = value * 10 + bytes[at++]! - 48;
    if (at === start || at - start > MAX_LENGTH_DIGITS) return BAD_LENGTH;
    at = blanksEnd(bytes, at, to);
    if (at < to && bytes[at] !== 44) return BAD_LENGTH;
    length = agree(length, value);
  }
  return length;
}

function agree(known: number, value: number): number {
  return known === NO_LENGTH || known === value ? value : BAD_LENGTH;
}
