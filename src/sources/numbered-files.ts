// Captures whose names differ in one number may be pods (orders-0, orders-1), or the parts of one capture under names of somebody's own.
// Their packets tell: parts follow one another as packets do.

import { basename, dirname, join } from "node:path";
import { CAPTURE_ENDING, COMPRESSED_ENDING } from "../wire/capture-name.ts";
import { groupBy } from "../wire/group-by.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";
import type { CaptureFile, CaptureSeries } from "./rotated-files.ts";

const NUMBERED = new RegExp(`^(?<before>.*?)(?<number>\\d+)(?<after>${CAPTURE_ENDING})\\d*(?:${COMPRESSED_ENDING})?$`, "i");

/** Files of one folder whose names differ in a number, in runs of numbers one after another. */
export interface NumberedFiles {
  readonly name: string;
  readonly files: readonly CaptureFile[];
}

/** Among the series that hold one file. */
export function numberedFiles(all: readonly CaptureSeries[]): NumberedFiles[] {
  const numbered = all.flatMap(({ files: [file, second] }) => {
    const parts = file === undefined || second !== undefined ? undefined : NUMBERED.exec(basename(file.path))?.groups;
    if (file === undefined || parts === undefined) return [];
    return [{ name: join(dirname(file.path), `${parts.before}*${parts.after}`), number: Number(parts.number), file }];
  });
  return [...groupBy(numbered, ({ name }) => name)].flatMap(([name, group]) => {
    group.sort((a, b) => a.number - b.number);
    const runs: CaptureFile[][] = [];
    for (const [i, { number, file }] of group.entries()) {
      if (i > 0 && number === group[i - 1]!.number + 1) runs.at(-1)!.push(file);
      else runs.push([file]);
    }
    return runs.filter((files) => files.length > 1).map((files) => ({ name, files }));
  });
}

/** Of the packets of one file. */
export interface PacketTimes {
  readonly last: Timestamp;
  /** The longest time between two of them, µs. */
  readonly longestPause: number;
}

/** Whoever stops one capture and starts the next needs longer than this; a pause in the traffic may be as long. */
const MAX_SEAM_US = SECOND;

/** Whether a file that begins at `first` can go on where the one with these times ends: without a pause that its traffic does not have. */
export function continues({ last, longestPause }: PacketTimes, first: Timestamp): boolean {
  return first >= last && first - last <= Math.min(longestPause, MAX_SEAM_US);
}
