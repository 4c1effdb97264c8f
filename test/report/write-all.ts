import type { Writing } from "../../src/report/report-format.ts";

/** Writes all of it at once: a test takes everything as it comes. */
export function writeAll(writing: Writing): void {
  for (const _ of writing);
}
