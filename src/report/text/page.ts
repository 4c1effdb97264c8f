// Where a text report is written: draws lines, wraps them on a terminal, keeps blocks one blank line apart.

import type { ReportOptions, ReportSink } from "../report-format.ts";
import { bold, draw, type Piece, widthOf } from "./line.ts";
import { type Column, layTable } from "./table.ts";
import { wrap } from "./wrap.ts";

/** `Why    `, `Proof  `: labels of a block and the text beside them. */
export const LABEL_COLUMN = 9;

export class Page {
  readonly options: ReportOptions;
  readonly #sink: ReportSink;
  #isGapDue = false;
  #isEmpty = true;

  constructor(options: ReportOptions, sink: ReportSink) {
    this.options = options;
    this.#sink = sink;
  }

  /** One line as it is: drawings, commands. */
  line(...pieces: readonly Piece[]): void {
    this.#write(draw(pieces, this.options.isColoured));
  }

  /** Text that a terminal breaks at its width, further lines indented by `hang`. */
  text(hang: number, ...pieces: readonly Piece[]): void {
    if (!this.options.isTerminal) this.line(...pieces);
    else for (const line of wrap(pieces, this.options.width, hang)) this.line(...line);
  }

  /** Parts with dots between them; a terminal breaks the line between parts only. */
  parts(parts: readonly string[]): void {
    let line = "";
    for (const part of parts) {
      const longer = line === "" ? part : `${line} · ${part}`;
      if (line.trim() !== "" && this.options.isTerminal && widthOf(longer) > this.options.width) {
        this.line(line);
        line = `  ${part}`;
      } else line = longer;
    }
    this.line(line);
  }

  /** Text with a label at its left; without a label it stands below the text before. */
  labelled(label: string, ...pieces: readonly Piece[]): void {
    this.text(LABEL_COLUMN, bold(`  ${label}`.padEnd(LABEL_COLUMN)), ...pieces);
  }

  table(columns: readonly Column[], rows: readonly (readonly Piece[])[]): void {
    for (const line of layTable(columns, rows, this.options.isColoured)) this.#write(`  ${line}`);
  }

  /** A blank line before what comes next. */
  gap(): void {
    this.#isGapDue = true;
  }

  #write(line: string): void {
    if (this.#isGapDue && !this.#isEmpty) this.#sink("\n");
    this.#isGapDue = false;
    this.#isEmpty = false;
    this.#sink(`${line.trimEnd()}\n`);
  }
}
