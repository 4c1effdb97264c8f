// How a value on the way out relates to the one that came in: cut, shortened, written with the zeros on the wrong side, fewer members.

import { compareMembers } from "../propagation/baggage.ts";
import { combineLines } from "../propagation/field-lines.ts";
import type { Field } from "../wire/field.ts";

const HALF_ZERO = "0".repeat(16);

/** A 128-bit id of which only one half went on (F-49), one whose halves or bytes change places, or a 64-bit one with the zeros on the wrong side (F-51). */
export function relateTraceIds(before: string, after: string): "trace-id-shortened" | "format-translated-wrong" | undefined {
  if (before === after) return undefined;
  const [high, low] = [before.slice(0, 16), before.slice(16)];
  if (after === HALF_ZERO + low && high !== HALF_ZERO) return "trace-id-shortened";
  if (after === HALF_ZERO + high && high !== HALF_ZERO) return "trace-id-shortened";
  if (after === low + high || after === bytesReversed(before) || after === bytesReversed(high) + bytesReversed(low))
    return "format-translated-wrong";
  if (high === HALF_ZERO && after === low + HALF_ZERO) return "format-translated-wrong";
  // A leading zero that an integer formatter dropped (F-50) shifts all digits.
  if (before.startsWith("0") && after === `${before.slice(1)}0`) return "format-translated-wrong";
  return isRounded(before, after) ? "format-translated-wrong" : undefined;
}

/** Written by a machine that begins with the other end. */
function bytesReversed(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join("");
}

/**
 * A half that went through a floating-point number, which has 53 bits (F-54), and was written as that number or as it is printed. A smaller one comes out as
 * it was, and the ids are not the same.
 */
function isRounded(before: string, after: string): boolean {
  if (before.slice(0, HALF_ZERO.length) !== after.slice(0, HALF_ZERO.length)) return false;
  const [was, is] = [BigInt(`0x${before.slice(HALF_ZERO.length)}`), BigInt(`0x${after.slice(HALF_ZERO.length)}`)];
  const rounded = Number(was);
  return is === BigInt(rounded) || is === BigInt(String(rounded));
}

/** Characters of a tracestate that everybody should pass on (Trace Context §3.3.1.5). */
const MAX_TRACESTATE = 512;

/** What a list field lost on the way through one host; undefined when nothing. */
export interface ListLoss {
  readonly field: "tracestate" | "baggage";
  /** A member was cut: the value was shortened by length, rather than member by member. */
  readonly isCut: boolean;
  /** Whole members were left out at the right of a tracestate of more than 512 characters, which W3C allows (Trace Context §3.3.1.5). */
  readonly isAllowed: boolean;
  /** Nothing of it is left. */
  readonly isGone: boolean;
  readonly lost: number;
  readonly of: number;
  /** Characters that went on, where they are the beginning of what came in. */
  readonly kept?: { readonly characters: number; readonly of: number };
}

export function lossOf(field: ListLoss["field"], before: readonly Field[], after: readonly Field[]): ListLoss | undefined {
  const [was, is] = [combineLines(before, field)?.trim() ?? "", combineLines(after, field)?.trim() ?? ""];
  if (was === "" || was === is) return undefined;
  const of = was.split(",").filter((member) => member.trim() !== "").length;
  if (is === "") return { field, isCut: false, isAllowed: false, isGone: true, lost: of, of };
  const change = compareMembers(was, is);
  const lost = change.lost.length + change.cut.length;
  if (lost === 0) return undefined;
  // What ends between two members may be a choice; what ends inside one, or just behind a comma, was cut.
  const isCut = change.cut.length > 0 || (change.isPrefix && was[is.length] !== ",");
  const isAllowed = field === "tracestate" && was.length > MAX_TRACESTATE && !isCut;
  const kept = isCut && change.isPrefix ? { kept: { characters: is.length, of: was.length } } : {};
  return { field, isCut, isAllowed, isGone: false, lost, of, ...kept };
}
