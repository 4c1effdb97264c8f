// The little Markdown that rules' help is written in, drawn for a terminal: headings, paragraphs, lists, fenced code, tables.

import { bold, dim, draw, type Piece, type Styled, widthOf } from "../report/text/line.ts";
import { wrap } from "../report/text/wrap.ts";

export interface PageStyle {
  readonly width: number;
  readonly isColoured: boolean;
}

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
const CODE_INDENT = "    ";

export function renderMarkdown(markdown: string, { width, isColoured }: PageStyle): string {
  const columns = Math.min(width, WIDEST);
  const lines: string[] = [];
  const put = (...pieces: readonly Piece[]) => lines.push(draw(pieces, isColoured).trimEnd());
  for (const block of blocksOf(markdown)) {
    if (lines.length > 0 && !(block.kind === "item" && block.isTight)) put();
    switch (block.kind) {
      case "heading":
        put(bold(plainText(block.text)));
        break;
      case "code":
        for (const line of block.lines) put(`${CODE_INDENT}${line}`);
        break;
      case "table":
        for (const line of tableLines(block.rows, columns)) put(...line);
        break;
      case "item":
        for (const line of wrap(
          [`${block.indent}${block.mark} `, ...inline(block.text)],
          columns,
          block.indent.length + block.mark.length + 1,
        ))
          put(...line);
        break;
      case "paragraph":
        for (const line of wrap(inline(block.text), columns, 0)) put(...line);
    }
  }
  return `${lines.join("\n")}\n`;
}

type Block =
  | { readonly kind: "heading" | "paragraph"; text: string }
  | { readonly kind: "item"; text: string; readonly indent: string; readonly mark: string; readonly isTight: boolean }
  | { readonly kind: "code"; readonly lines: string[] }
  | { readonly kind: "table"; readonly rows: string[][] };

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE_ROW = /^\s*\|(.*)\|\s*$/;

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let fence: { readonly lines: string[]; readonly indent: number } | undefined;
  let isOpen = false;
  for (const line of markdown.replaceAll("\t", "  ").split(/\r?\n/)) {
    if (FENCE.test(line)) {
      if (fence === undefined) {
        fence = { lines: [], indent: line.search(/\S/) };
        blocks.push({ kind: "code", lines: fence.lines });
      } else fence = undefined;
      isOpen = false;
    } else if (fence !== undefined) fence.lines.push(line.slice(Math.min(fence.indent, Math.max(0, line.search(/\S|$/)))));
    else if (line.trim() === "") isOpen = false;
    else {
      addLine(blocks, line, isOpen);
      isOpen = true;
    }
  }
  return blocks;
}

/** `isOpen`: the line before it was no blank one, so that a paragraph or an item goes on. */
function addLine(blocks: Block[], line: string, isOpen: boolean): void {
  const last = blocks.at(-1);
  const heading = HEADING.exec(line);
  const item = ITEM.exec(line);
  const row = TABLE_ROW.exec(line)?.[1];
  if (heading !== null) blocks.push({ kind: "heading", text: heading[1] ?? "" });
  else if (item !== null) {
    const [, indent = "", mark = "-", text = ""] = item;
    blocks.push({ kind: "item", text, indent, mark, isTight: isOpen && last?.kind !== "heading" });
  } else if (row !== undefined) {
    const cells = row.split("|").map((cell) => plainText(cell.trim()));
    if (last?.kind === "table" && isOpen) last.rows.push(cells);
    else blocks.push({ kind: "table", rows: [cells] });
  } else if (isOpen && (last?.kind === "paragraph" || last?.kind === "item")) last.text += ` ${line.trim()}`;
  else blocks.push({ kind: "paragraph", text: line.trim() });
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

/** Code and strong text are bold; a link shows where it leads. */
function inline(text: string): Styled[] {
  const pieces: Styled[] = [];
  const plain = (part: string) => {
    if (part !== "") pieces.push({ text: part, style: "plain" });
  };
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, label, url] = match;
    plain(text.slice(at, match.index));
    if (url !== undefined) pieces.push({ text: label ?? "", style: "plain" }, dim(` (${url})`));
    else pieces.push(bold(code ?? strong ?? ""));
    at = match.index + whole.length;
  }
  plain(text.slice(at));
  return pieces;
}

function plainText(text: string): string {
  return inline(text)
    .map((piece) => piece.text)
    .join("");
}

/** The first row is the head; the row of dashes below it says so and is not shown. A table wider than the page becomes a list. */
function tableLines(rows: readonly string[][], columns: number): Piece[][] {
  const [head = [], ...body] = rows.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => widthOf(row[column] ?? ""))));
  if (widths.reduce((sum, width) => sum + width + 2, -2) > columns) return body.flatMap((row) => rowLines(head, row, columns));
  const padded = (row: readonly string[]) =>
    row.map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))).join("  ");
  return [[bold(padded(head))], ...body.map((row) => [padded(row)])];
}

/** `first cell`, and below it the others with their heads. */
function rowLines(head: readonly string[], [first = "", ...others]: readonly string[], columns: number): Piece[][] {
  const cells = others.flatMap((cell, i) => (cell === "" ? [] : [`${head[i + 1] ?? ""}: ${cell}`]));
  return [...wrap([`- ${first}`], columns, 2), ...wrap([`  ${cells.join("; ")}`], columns, 2)];
}
