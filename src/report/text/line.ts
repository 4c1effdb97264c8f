// Lines of a text report: pieces with a style. What is in a piece is escaped when it is drawn, so that nothing from the wire reaches a terminal raw.

import { sum } from "../../wire/sum.ts";
import { escapeControls } from "./escape-controls.ts";

export type Style = "plain" | "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

export type Piece = string | Styled;

/** SGR parameters (ECMA-48 §8.3.117). */
const SGR: Record<Exclude<Style, "plain">, string> = { bold: "1", dim: "2", red: "1;31", yellow: "1;33", green: "32", cyan: "36" };

export const bold = (text: string): Styled => ({ text, style: "bold" });
export const dim = (text: string): Styled => ({ text, style: "dim" });
export const styled = (style: Style, text: string): Styled => ({ text, style });

export function draw(pieces: readonly Piece[], isColoured: boolean): string {
  return merge(pieces)
    .map(({ text, style }) => {
      const safe = escapeControls(text);
      return !isColoured || style === "plain" || safe === "" ? safe : `\u001b[${SGR[style]}m${safe}\u001b[0m`;
    })
    .join("");
}

/** Neighbours of one style become one piece. */
function merge(pieces: readonly Piece[]): Styled[] {
  const merged: Styled[] = [];
  for (const piece of pieces) {
    const { text, style } = toStyled(piece);
    const last = merged.at(-1);
    if (last !== undefined && last.style === style) merged[merged.length - 1] = { text: last.text + text, style };
    else merged.push({ text, style });
  }
  return merged;
}

/** Columns that the pieces take: one a code point. */
export function widthOf(...pieces: readonly Piece[]): number {
  return sum(pieces.map((piece) => [...escapeControls(toStyled(piece).text)].length));
}

export function toStyled(piece: Piece): Styled {
  return typeof piece === "string" ? { text: piece, style: "plain" } : piece;
}
