// Huffman-coded strings (RFC 7541 §5.2), a byte a step: for every inner node of the code tree and every byte a table says which symbols end in
// that byte and at which node the next one begins.

import { SYMBOLS_BY_LENGTH } from "./huffman-code.ts";

const EOS = 256;
const INVALID = 0xffff;
/** The shortest code has five bits, so that at most this many symbols end in one byte. */
const SYMBOLS_A_STEP = 3;
/** Longer padding than 7 bits is an error (RFC 7541 §5.2). */
const MAX_PADDING_BITS = 7;

interface Steps {
  /** By `node << 8 | byte`: the number of symbols in the top byte, the symbols below it, the first one lowest. */
  readonly symbols: Uint32Array;
  /** By `node << 8 | byte`: the next node, or `INVALID`. */
  readonly next: Uint16Array;
  /** By node: 1 where a string may end, because all bits since the last symbol are ones. */
  readonly mayEnd: Uint8Array;
}

/** Made when the first coded string comes: many captures hold none. */
let steps: Steps | undefined;

/** Bytes that `decodeHuffman` may write for `length` coded bytes. */
export function decodedRoom(length: number): number {
  return Math.floor((length * 8) / 5) + SYMBOLS_A_STEP;
}

/**
 * Decodes `bytes[start..end)` to the beginning of `out`, which MUST have `decodedRoom(end - start)` bytes. Returns the number of decoded bytes, or
 * -1 where the code breaks RFC 7541 §5.2.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  steps ??= makeSteps();
  const { symbols, next, mayEnd } = steps;
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const step = (node << 8) | bytes[at]!;
    node = next[step]!;
    if (node === INVALID) return -1;
    const found = symbols[step]!;
    out[length] = found;
    out[length + 1] = found >>> 8;
    out[length + 2] = found >>> 16;
    length += found >>> 24;
  }
  return mayEnd[node] === 1 ? length : -1;
}

/** The code tree: `children[2 * node + bit]` is an inner node, or the complement of a symbol. */
function makeTree(): number[] {
  const children: number[] = [0, 0];
  let code = 0;
  let before = 0;
  for (const [length, symbols] of SYMBOLS_BY_LENGTH) {
    code <<= length - before;
    before = length;
    for (const symbol of symbols) {
      let node = 0;
      for (let bit = length - 1; bit > 0; bit--) {
        const place = 2 * node + ((code >>> bit) & 1);
        if (children[place] === 0) {
          children[place] = children.length / 2;
          children.push(0, 0);
        }
        node = children[place]!;
      }
      children[2 * node + (code & 1)] = ~symbol;
      code++;
    }
  }
  return children;
}

function makeSteps(): Steps {
  const children = makeTree();
  const nodes = children.length / 2;
  const symbols = new Uint32Array(nodes << 8);
  const next = new Uint16Array(nodes << 8);
  for (let node = 0; node < nodes; node++) {
    for (let byte = 0; byte < 256; byte++) {
      const step = (node << 8) | byte;
      let at = node;
      let count = 0;
      for (let bit = 7; bit >= 0 && at !== INVALID; bit--) {
        const child = children[2 * at + ((byte >>> bit) & 1)]!;
        at = child;
        if (child >= 0) continue;
        at = ~child === EOS ? INVALID : 0;
        symbols[step] = symbols[step]! | ((~child & 255) << (8 * count));
        count++;
      }
      symbols[step] = (symbols[step]! | (count << 24)) >>> 0;
      next[step] = at;
    }
  }
  const mayEnd = new Uint8Array(nodes);
  for (let node = 0, bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    mayEnd[node] = 1;
    node = children[2 * node + 1]!;
  }
  return { symbols, next, mayEnd };
}
