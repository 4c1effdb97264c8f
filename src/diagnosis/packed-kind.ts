// What an exchange without a fault is, in one byte: hops are many, and most of them are so.

import { outcomes } from "./judgement.ts";
import type { Kind } from "./tally.ts";

const OUTCOME = 7;
const HAS_CONTEXT = 8;
const IS_RECORDED = 16;
const IS_DOUBTFUL = 32;
export const KINDS_OF_HOPS = 64;

/** Never 0. */
export function packed(outcome: Kind["outcome"], hasContext: boolean, isRecorded: boolean, isDoubtful: boolean): number {
  const bits = (hasContext ? HAS_CONTEXT : 0) | (isRecorded ? IS_RECORDED : 0) | (isDoubtful ? IS_DOUBTFUL : 0);
  return (outcomes.indexOf(outcome) + 1) | bits;
}

export function unpacked(bits: number): Kind {
  return KINDS[bits]!;
}

const KINDS: readonly Kind[] = Array.from({ length: KINDS_OF_HOPS }, (_, bits) => ({
  outcome: outcomes[(bits & OUTCOME) - 1] ?? "not observable",
  hasContext: (bits & HAS_CONTEXT) !== 0,
  isRecorded: (bits & IS_RECORDED) !== 0,
  isDoubtful: (bits & IS_DOUBTFUL) !== 0,
}));
