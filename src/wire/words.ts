// Figures and lists in sentences: findings and reports spell them alike.

import { figure } from "./figure.ts";

/** `1 capture`, `1,204 packets`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${figure(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[], last = "and"): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${last} ${parts.at(-1)}`;
}

/** A clause that others worded, as a sentence. */
export function withFullStop(clause: string): string {
  return /[.!?]$/.test(clause) ? clause : `${clause}.`;
}

/** Of many the first `most`, and how many more there are. */
export function upTo(most: number, parts: readonly string[]): readonly string[] {
  return parts.length <= most ? parts : [...parts.slice(0, most), `${figure(parts.length - most)} more`];
}
