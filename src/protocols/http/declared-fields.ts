// The header fields that somebody asked for, found by the first letters of a line: most lines are passed over after one look.

import { COLON, HTAB, SP } from "../../wire/ascii.ts";
import type { Field } from "../../wire/field.ts";
import { MAX_FIELD_NAME_BYTES } from "../../wire/limits.ts";

export interface Declared {
  /** Lower case; of a prefix, without its asterisk. */
  readonly name: string;
  readonly isPrefix: boolean;
  /** Its value says something of the message. */
  readonly isRead: boolean;
  readonly isKept: boolean;
  /** What came last: the next is most likely spelt the same, and one client sends one host and one user agent. */
  seen: Field;
}

export class DeclaredFields {
  /** By the first two letters, in both cases: the place in `#lists` plus one. */
  readonly #byLetters = new Uint8Array(1 << 16);
  readonly #lists: Declared[][] = [];

  /** `read`: names that are read and not kept; `keep`: lower-case names whose values are kept, of a prefix with an asterisk. */
  constructor(read: readonly string[], keep: ReadonlySet<string>) {
    for (const declared of new Set([...read, ...keep])) {
      const isPrefix = declared.endsWith("*");
      const name = isPrefix ? declared.slice(0, -1) : declared;
      this.#list(name).push({ name, isPrefix, isRead: read.includes(declared), isKept: keep.has(declared), seen: { name, value: "" } });
    }
  }

  /** Those whose names begin with these two bytes. */
  candidates(first: number, second: number): readonly Declared[] | undefined {
    const list = this.#byLetters[(first << 8) | second]!;
    return list === 0 ? undefined : this.#lists[list - 1];
  }

  /** The list of the names that begin with the same two letters. */
  #list(name: string): Declared[] {
    const known = this.#byLetters[letters(name)]!;
    if (known > 0) return this.#lists[known - 1]!;
    const list: Declared[] = [];
    const place = this.#lists.push(list);
    const [first, second] = [name.slice(0, 1), name.slice(1, 2)];
    for (const a of [first, first.toUpperCase()]) for (const b of [second, second.toUpperCase()]) this.#byLetters[letters(a + b)] = place;
    return list;
  }
}

/** The declared field whose name begins the line. Blanks between name and colon are no part of it (docs/decisions/0002). */
export function find(candidates: readonly Declared[], bytes: Uint8Array, start: number, lf: number): Declared | undefined {
  for (let c = 0; c < candidates.length; c++) {
    const candidate = candidates[c]!;
    const { name } = candidate;
    const end = start + name.length;
    if (end >= lf) continue;
    let i = 2;
    while (i < name.length && lower(bytes[start + i]!) === name.charCodeAt(i)) i++;
    if (i < name.length) continue;
    if (candidate.isPrefix ? colonAfter(bytes, end, lf) > end : isColonNext(bytes, end, lf)) return candidate;
  }
  return undefined;
}

function letters(name: string): number {
  return (name.charCodeAt(0) << 8) | name.charCodeAt(1);
}

function isColonNext(bytes: Uint8Array, at: number, lf: number): boolean {
  return bytes[at] === COLON || bytes[blanksEnd(bytes, at, lf)] === COLON;
}

/** Where a name that goes on at `from` ends; -1 when it is no name (RFC 9110 §5.1: no blanks and controls) or too long. */
export function colonAfter(bytes: Uint8Array, from: number, lf: number): number {
  const end = Math.min(lf, from + MAX_FIELD_NAME_BYTES);
  for (let at = from; at < end; at++) {
    if (bytes[at] === COLON) return at;
    if (bytes[at]! <= SP) return -1;
  }
  return -1;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte | 0x20 : byte;
}

/** Where white space that begins at `start` ends. */
export function blanksEnd(bytes: Uint8Array, start: number, lf: number): number {
  let at = start;
  while (at < lf && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  return at;
}
