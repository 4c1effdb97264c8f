// Tables without borders, numbers at the right.

import { loadWhenUsed } from "../../wire/load-when-used.ts";
import { dim, draw, type Piece } from "./line.ts";

export interface Column {
  /** `\n` breaks it. */
  readonly head: string;
  readonly align: "left" | "right";
}

const cliTable = loadWhenUsed<typeof import("cli-table3")>("cli-table3");

const SIDES = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"] as const;
const INNER = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid"] as const;
const NO_BORDERS = Object.fromEntries([...SIDES, ...INNER].map((side) => [side, ""]));

export function layTable(columns: readonly Column[], rows: readonly (readonly Piece[])[], isColoured: boolean): string[] {
  const Table = cliTable();
  const table = new Table({
    chars: { ...NO_BORDERS, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align),
  });
  const heads = columns.map(({ head }) => ({
    vAlign: "bottom" as const,
    content: head
      .split("\n")
      .map((part) => draw([dim(part)], isColoured))
      .join("\n"),
  }));
  table.push(heads, ...rows.map((row) => row.map((cell) => draw([cell], isColoured))));
  return table.toString().split("\n");
}
