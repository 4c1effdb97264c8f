import type { TextCache } from "./text-cache.ts";

const SP = 32;
const SLASH = 47;
const COLON = 58;
const QUESTION = 63;
const HASH = 35;
/** Longest scheme that is looked for: `https` and what proxies invent. */
const MAX_SCHEME = 12;

export interface Target {
  /** The request target (RFC 9112 §3.2) without scheme, authority and query. */
  readonly path: string;
  /** Of path and query: equal for absolute-form and origin-form. */
  readonly hash: number;
}

export function readTarget(bytes: Uint8Array, from: number, to: number, text: TextCache): Target {
  let target = from;
  while (target < to && bytes[target] === SP) target++;
  const start = skipAuthority(bytes, target, to);
  let pathEnd = start;
  while (pathEnd < to && bytes[pathEnd] !== QUESTION && bytes[pathEnd] !== HASH) pathEnd++;
  const hasNoPath = start > target && start === pathEnd;
  const path = hasNoPath ? "/" : text.read(bytes, start, pathEnd);
  // FNV-1a.
  let hash = hasNoPath ? step(FNV_OFFSET, SLASH) : FNV_OFFSET;
  for (let at = start; at < to; at++) hash = step(hash, bytes[at]!);
  return { path, hash: hash >>> 0 };
}

const FNV_OFFSET = 0x811c9dc5;

function step(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** absolute-form: `http://host/path`; a target without a path means `/`, which a proxy sends on as such (RFC 9112 §3.2.1). */
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
