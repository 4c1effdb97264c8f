// Looks into the files that may be parts of one capture and groups all files of a run into series.
import type { Timestamp } from "../wire/timestamp.ts";
import { readFirstPacketTime } from "./open-capture.ts";
import { type CaptureSeries, groupRotatedFiles, rotationCandidates } from "./rotated-files.ts";

/** `paths` as `findCaptures` gives them; a file's index is its place among them. Throws `UserError` for a file that is no capture. */
export async function findSeries(paths: readonly string[]): Promise<CaptureSeries[]> {
  const times = new Map<string, Timestamp | undefined>();
  for (const path of rotationCandidates(paths)) times.set(path, await readFirstPacketTime(path));
  return groupRotatedFiles(paths, (path) => times.get(path));
}
