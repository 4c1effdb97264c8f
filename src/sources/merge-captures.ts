// Reads all captures of a run: the files of a series one after another, several series side by side in the order of packet time.
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { CaptureSink } from "../capture/packet.ts";
import { MAX_CHUNK_BYTES, MAX_MERGE_SLICE_BYTES, MAX_READ_AHEAD_BYTES } from "../wire/limits.ts";
import { sum } from "../wire/sum.ts";
import type { CaptureSeries } from "./rotated-files.ts";
import { type FileSummary, SeriesReader } from "./series-reader.ts";

/** Makes the sink of one file. It is asked when the file's turn comes, after the file before it in the series has ended. */
export type SinkFor = (file: { readonly index: number; readonly name: string; readonly series: CaptureSeries }) => CaptureSink;

/** Bytes on disk; the total is unknown with a pipe among the files. */
export type OnProgress = (bytesRead: number, bytesTotal: number | undefined) => void;

/**
 * Reads every file to its end and returns what was read, by index. Between series the order of packet time holds to some
 * milliseconds: the series that is furthest behind always hands over the next slice. Throws `UserError` for a file that cannot be read or is no
 * capture. `stdin` is read for the path `-`.
 */
export async function readCaptures(
  series: readonly CaptureSeries[],
  sinkFor: SinkFor,
  onProgress?: OnProgress,
  stdin?: Readable,
): Promise<FileSummary[]> {
  const isMerged = series.length > 1;
  const options = { sinkFor, isMerged, chunkBytes: chunkBytesFor(series.length), ...(stdin ? { stdin } : {}) };
  const readers = series.map((one) => new SeriesReader(one, options));
  const total = onProgress && (await totalBytes(series));
  try {
    let ready = await advanceAll(readers);
    let bytesRead = sum(readers.map((reader) => reader.consumed()));
    onProgress?.(bytesRead, total);
    for (let reader = furthestBehind(ready); reader; reader = furthestBehind(ready)) {
      const before = reader.consumed();
      reader.push();
      if (reader.isReady) continue;
      if (!(await reader.advance())) ready = ready.filter((other) => other !== reader);
      bytesRead += reader.consumed() - before;
      onProgress?.(bytesRead, total);
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
  return readers.flatMap(({ summaries }) => summaries).sort((a, b) => a.index - b.index);
}

function chunkBytesFor(seriesCount: number): number {
  if (seriesCount <= 1) return MAX_CHUNK_BYTES;
  // Two buffers for each file that is open.
  return Math.min(MAX_MERGE_SLICE_BYTES, Math.max(4096, Math.floor(MAX_READ_AHEAD_BYTES / (2 * seriesCount))));
}

async function advanceAll(readers: readonly SeriesReader[]): Promise<SeriesReader[]> {
  const ready: SeriesReader[] = [];
  for (const reader of readers) if (await reader.advance()) ready.push(reader);
  return ready;
}

/** The first of those with the least time, so that the answer is the same twice. */
function furthestBehind(readers: readonly SeriesReader[]): SeriesReader | undefined {
  let least: SeriesReader | undefined;
  for (const reader of readers) if (!least || reader.time < least.time) least = reader;
  return least;
}

async function totalBytes(series: readonly CaptureSeries[]): Promise<number | undefined> {
  let total = 0;
  for (const { path } of series.flatMap(({ files }) => files)) {
    const file = await stat(path).catch(() => undefined);
    if (!file?.isFile()) return undefined;
    total += file.size;
  }
  return total;
}
