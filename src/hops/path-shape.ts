// What paths to one handler have in common, and what differs: whatever looks like an id.

import { FNV_OFFSET, fnv1aStep } from "../wire/fnv1a.ts";

const SLASH = 47;
const STAR = 42;
const ZERO = 48;
const NINE = 57;
const LONG_TOKEN = 20;
const SHORTEST_HEX = 8;
const UUID_BEGIN = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Numbers, UUIDs, hex and long tokens in a path segment become `*`. */
export function templatePath(path: string): string {
  fold.read(path);
  let template = "";
  let copied = 0;
  for (let i = 0; i < fold.ids.length; i += 2) {
    template += `${path.slice(copied, fold.ids[i])}*`;
    copied = fold.ids[i + 1]!;
  }
  return copied === 0 ? path : template + path.slice(copied);
}

/** The longest of what looks like an id in a path, the last of equally long ones; "" without one. */
export function longestId(path: string): string {
  fold.read(path);
  let longest = "";
  for (let i = 0; i < fold.ids.length; i += 2) {
    const id = path.slice(fold.ids[i], fold.ids[i + 1]);
    if (id.length >= longest.length) longest = id;
  }
  return longest;
}

/** Finds what looks like an id in a path, in one pass: paths are many, and long where somebody attacks. */
export class PathFold {
  /** Two hashes of the path with its ids as `*`. */
  first = 0;
  second = 0;
  /** Where each id begins and ends. */
  ids: number[] = [];

  read(path: string): void {
    if (this.ids.length > 0) this.ids = [];
    let first = FNV_OFFSET;
    let second = 0;
    let firstBefore = first;
    let secondBefore = second;
    let start = 0;
    let digits = 0;
    let hexLetters = 0;
    for (let at = 0; at <= path.length; at++) {
      const code = at < path.length ? path.charCodeAt(at) : SLASH;
      if (code !== SLASH) {
        if (code >= ZERO && code <= NINE) digits++;
        else if (isHexLetter(code)) hexLetters++;
      } else {
        if (digits > 0 && isId(path, start, at - start, digits, hexLetters)) {
          this.ids.push(start, at);
          first = fnv1aStep(firstBefore, STAR);
          second = otherStep(secondBefore, STAR);
        }
        start = at + 1;
        digits = 0;
        hexLetters = 0;
      }
      first = fnv1aStep(first, code);
      second = otherStep(second, code);
      if (code !== SLASH) continue;
      firstBefore = first;
      secondBefore = second;
    }
    this.first = first;
    this.second = second;
  }
}

const fold = new PathFold();

function otherStep(hash: number, code: number): number {
  return ((Math.imul(hash, 0x9e3779b1) ^ (hash >>> 15)) + code) | 0;
}

/** A segment that holds digits. */
function isId(path: string, start: number, length: number, digits: number, hexLetters: number): boolean {
  if (digits === length || length >= LONG_TOKEN) return true;
  if (digits + hexLetters === length) return length >= SHORTEST_HEX;
  return path[start + SHORTEST_HEX] === "-" && UUID_BEGIN.test(path.slice(start, start + length));
}

function isHexLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102;
}
