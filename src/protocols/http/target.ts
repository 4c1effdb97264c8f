import { COLON, SP } from "../../wire/ascii.ts";
import { FNV_OFFSET, fnv1aStep } from "../../wire/fnv1a.ts";
import { MAX_PATH_BYTES } from "../../wire/limits.ts";
import type { TextCache } from "./text-cache.ts";

const SLASH = 47;
const QUESTION = 63;
const HASH = 35;
/** Longest scheme that is looked for: `https` and what proxies invent. */
const MAX_SCHEME = 12;

/** Borrowed until the next target is read: one object serves all. */
export interface Target {
  /** The request target (RFC 9112 §3.2) without scheme, authority and query; at most `MAX_PATH_BYTES` of it. */
  readonly path: string;
  /** Of path and query, as a signed word: equal for absolute-form and origin-form. */
  readonly hash: number;
}

const found = { path: "", hash: 0 };

export function readTarget(bytes: Uint8Array, from: number, to: number, text: TextCache): Target {
  let target = from;
  while (target < to && bytes[target] === SP) target++;
  const start = skipAuthority(bytes, target, to);
  // An absolute-form without a path means `/`, and a proxy sends it on as such (RFC 9112 §3.2.1).
  const isRoot = start > target && (start === to || bytes[start] === QUESTION || bytes[start] === HASH);
  let hash = isRoot ? fnv1aStep(FNV_OFFSET, SLASH) : FNV_OFFSET;
  let pathEnd = to;
  for (let at = start; at < to; at++) {
    const byte = bytes[at]!;
    if ((byte === QUESTION || byte === HASH) && pathEnd === to) pathEnd = at;
    hash = fnv1aStep(hash, byte);
  }
  found.path = isRoot ? "/" : text.read(bytes, start, Math.min(pathEnd, start + MAX_PATH_BYTES));
  found.hash = hash;
  return found;
}

/** Behind the authority of an absolute-form, `http://host/path`; `start` for any other form. */
function skipAuthority(bytes: Uint8Array, start: number, to: number): number {
  if (bytes[start] === SLASH) return start;
  for (let at = start; at + 2 < to && at - start < MAX_SCHEME; at++) {
    if (bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH) continue;
    let slash = at + 3;
    while (slash < to && bytes[slash] !== SLASH && bytes[slash] !== QUESTION) slash++;
    return slash;
  }
  return start;
}
