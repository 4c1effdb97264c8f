// Breaks a line at spaces. A word is never cut: ids, filters and commands stay pasteable.

import { type Piece, type Styled, toStyled, widthOf } from "./line.ts";

interface Word {
  readonly parts: Styled[];
  readonly width: number;
  /** Spaces before it, kept where the line is not broken. */
  readonly spaces: Styled;
}

/** `hang` columns are left free before every line but the first. */
export function wrap(pieces: readonly Piece[], width: number, hang: number): Styled[][] {
  const lines: Styled[][] = [];
  let line: Styled[] = [];
  let used = 0;
  for (const { parts, width: wide, spaces } of words(pieces)) {
    const isBroken = line.length > 0 && used + spaces.text.length + wide > width;
    if (isBroken) {
      lines.push(line);
      line = [plain(" ".repeat(hang)), ...parts];
      used = hang + wide;
      continue;
    }
    if (spaces.text !== "") line.push(spaces);
    line.push(...parts);
    used += spaces.text.length + wide;
  }
  return [...lines, line];
}

function words(pieces: readonly Piece[]): Word[] {
  const found: Word[] = [];
  let parts: Styled[] = [];
  let spaces = plain("");
  const end = () => {
    if (parts.length > 0) found.push({ parts, width: widthOf(...parts), spaces });
    if (parts.length > 0) spaces = plain("");
    parts = [];
  };
  for (const piece of pieces) {
    const { text, style } = toStyled(piece);
    for (const [token] of text.matchAll(/ +|[^ ]+/g)) {
      if (!token.startsWith(" ")) parts.push({ text: token, style });
      else {
        end();
        spaces = { text: spaces.text + token, style };
      }
    }
  }
  end();
  return found;
}

function plain(text: string): Styled {
  return { text, style: "plain" };
}
