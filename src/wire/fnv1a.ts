// FNV-1a with 32 bits (draft-eastlake-fnv): a hash that is the same in every run, for what no sender gains from colliding.

export const FNV_OFFSET = 0x811c9dc5;

/** The hash with one byte or character more. */
export function fnv1aStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** Of a whole text, as an unsigned word. `begin`: another beginning gives another hash. */
export function fnv1a(text: string, begin = FNV_OFFSET): number {
  let hash = begin;
  for (let at = 0; at < text.length; at++) hash = fnv1aStep(hash, text.charCodeAt(at));
  return hash >>> 0;
}
