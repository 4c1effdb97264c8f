// Looks into the files that may be parts of one capture and groups all files of a run into series.
import type { Timestamp } from "../wire/timestamp.ts";
import { continues, numberedFiles } from "./numbered-files.ts";
import { readFirstPacketTime, readPacketTimes } from "./open-capture.ts";
import { type CaptureFile, type CaptureSeries, groupRotatedFiles, inOrderOfFiles, rotationCandidates } from "./rotated-files.ts";

/** `paths` as `findCaptures` gives them; a file's index is its place among them. Throws `UserError` for a file that is no capture. */
export async function findSeries(paths: readonly string[]): Promise<CaptureSeries[]> {
  const times = new Map<string, Timestamp | undefined>();
  for (const path of rotationCandidates(paths)) times.set(path, await readFirstPacketTime(path));
  const series = groupRotatedFiles(paths, (path) => times.get(path));
  const joined: CaptureSeries[] = [];
  for (const { name, files } of numberedFiles(series))
    for (const run of await partsOfOne(files)) if (run.length > 1) joined.push({ name, files: run });
  if (joined.length === 0) return series;
  const parts = new Set(joined.flatMap(({ files }) => files.map(({ index }) => index)));
  return inOrderOfFiles([...joined, ...series.filter(({ files }) => !files.some(({ index }) => parts.has(index)))]);
}

/** In runs of which each file goes on where the one before ends. Captures side by side are told by their beginnings, without reading them whole. */
async function partsOfOne(files: readonly CaptureFile[]): Promise<CaptureFile[][]> {
  const runs: CaptureFile[][] = [];
  let before: CaptureFile | undefined;
  for (const file of files) {
    if (before !== undefined && (await isNext(file, before))) runs.at(-1)!.push(file);
    else runs.push([file]);
    before = file;
  }
  return runs;
}

async function isNext(file: CaptureFile, before: CaptureFile): Promise<boolean> {
  const first = await readFirstPacketTime(file.path);
  const times = first === undefined ? undefined : await readPacketTimes(before.path, first);
  return first !== undefined && times !== undefined && continues(times, first);
}
