// The start line of a head that comes in many segments: whether it may still turn out to be none, each byte looked at once.

import { LF } from "../../wire/ascii.ts";
import { recognizeStartLine } from "./start-line.ts";

/** In so many bytes a method ends, a target begins, and a status line is certain: behind them only a line feed tells more. */
const SHORT = 64;

export class UnfinishedStart {
  /** How many bytes were looked at; infinite when nothing more can be told. */
  #looked = 0;

  begin(): void {
    this.#looked = 0;
  }

  /** Whether `bytes[0..length)` begin no message. They MUST be those of the call before, and more. */
  isNone(bytes: Uint8Array, length: number): boolean {
    const from = this.#looked;
    if (from >= length) return false;
    this.#looked = length;
    if (from >= SHORT && !hasLineFeed(bytes, from, length)) return false;
    const answer = recognizeStartLine(bytes, 0, length);
    if (answer !== "need more" && length >= SHORT) this.#looked = Number.POSITIVE_INFINITY;
    return answer === "no";
  }
}

function hasLineFeed(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === LF) return true;
  return false;
}
