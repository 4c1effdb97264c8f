// Reads the files of one series one after another, a slice at a time, so that several series can take turns.
import type { CaptureReader, CaptureSink, Packet } from "../capture/packet.ts";
import { type Anomaly, anomaly } from "../wire/anomaly.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { openCapture } from "./open-capture.ts";
import type { OpenOptions } from "./open-source.ts";
import type { CaptureFile, CaptureSeries } from "./rotated-files.ts";
import { type SlicePlan, SlicePlanner } from "./slice-plan.ts";

/** What was read of one file. */
export interface FileSummary {
  /** The path as it was given. */
  readonly file: string;
  /** Position in the sorted list of all files of the run. */
  readonly index: number;
  readonly format: string;
  readonly packets: number;
  /** On disk: compressed, if the file is. */
  readonly bytes: number;
  /** Earliest and latest packet; undefined without one. */
  readonly firstPacketAt: Timestamp | undefined;
  readonly lastPacketAt: Timestamp | undefined;
}

export interface SeriesReaderOptions extends OpenOptions {
  readonly sinkFor: (file: { readonly index: number; readonly name: string; readonly series: CaptureSeries }) => CaptureSink;
  /** Whether other series are read at the same time, so that slices are cut by time. */
  readonly isMerged: boolean;
}

export class SeriesReader {
  readonly summaries: FileSummary[] = [];
  /** Time of the first packet that the next slice holds; -Infinity while unknown. */
  time = Number.NEGATIVE_INFINITY;
  readonly #series: CaptureSeries;
  readonly #options: SeriesReaderOptions;
  #nextFile = 0;
  /** Bytes of the files that were read. */
  #finished = 0;
  #file: OpenFile | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Of `#chunk`; without merging the whole chunk is one slice. */
  #plan: SlicePlan = NO_SLICES;
  #slice = 0;

  constructor(series: CaptureSeries, options: SeriesReaderOptions) {
    this.#series = series;
    this.#options = options;
  }

  /** Whether `push()` has something to hand over. */
  get isReady(): boolean {
    return this.#slice < this.#plan.ends.length;
  }

  /** Makes a slice ready for `push()`; false when all files were read. Throws `UserError`. */
  async advance(): Promise<boolean> {
    while (!this.isReady) {
      if (!this.#file && !(await this.#open())) return false;
      await this.#fill();
    }
    return true;
  }

  /** Hands the next slice to the file's reader. */
  push(): void {
    const { ends } = this.#plan;
    this.#file?.reader.push(this.#chunk.subarray(ends[this.#slice - 1] ?? 0, ends[this.#slice]));
    this.#slice++;
    this.#readTime();
  }

  /** Bytes on disk that were read so far. */
  consumed(): number {
    return this.#finished + (this.#file?.source.consumed() ?? 0);
  }

  /** May be called at any time. */
  async close(): Promise<void> {
    await this.#file?.source.close();
    this.#file = undefined;
  }

  async #open(): Promise<boolean> {
    const file = this.#series.files[this.#nextFile++];
    if (!file) return false;
    const { source, format } = await openCapture(file.path, this.#options);
    const sink = this.#options.sinkFor({ index: file.index, name: file.path, series: this.#series });
    const tally = new PacketTally(sink);
    const planner = this.#options.isMerged ? new SlicePlanner(format) : undefined;
    this.#file = { file, source, sink, tally, planner, reader: format.open(tally) };
    return true;
  }

  async #fill(): Promise<void> {
    const opened = this.#file;
    if (!opened) return;
    const { file, source, reader, sink, tally, planner } = opened;
    const chunk = await source.read();
    if (chunk) {
      this.#chunk = chunk;
      this.#plan = planner ? planner.plan(chunk) : { ends: [chunk.length], times: [undefined] };
      this.#slice = 0;
      this.#readTime();
      return;
    }
    reader.end();
    if (source.problem !== undefined) sink.anomaly(anomaly("truncated", source.problem, { layer: "file", capture: file.index }));
    this.summaries.push({
      file: file.path,
      index: file.index,
      format: reader.describe(),
      packets: tally.packets,
      bytes: source.consumed(),
      firstPacketAt: tally.earliest,
      lastPacketAt: tally.latest,
    });
    this.#finished += source.consumed();
    await this.close();
  }

  #readTime(): void {
    this.time = this.#plan.times[this.#slice] ?? this.time;
  }
}

const NO_SLICES: SlicePlan = { ends: [], times: [] };

interface OpenFile {
  readonly file: CaptureFile;
  readonly source: ChunkSource;
  readonly sink: CaptureSink;
  readonly tally: PacketTally;
  readonly planner: SlicePlanner | undefined;
  readonly reader: CaptureReader;
}

/** Counts packets on their way to the sink. */
class PacketTally implements CaptureSink {
  packets = 0;
  // Numbers from the beginning: a field that may also be undefined costs an object a packet.
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  readonly #sink: CaptureSink;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  get earliest(): Timestamp | undefined {
    return this.packets === 0 ? undefined : this.#earliest;
  }

  get latest(): Timestamp | undefined {
    return this.packets === 0 ? undefined : this.#latest;
  }

  packet(packet: Packet): void {
    const { timestamp } = packet;
    this.packets++;
    if (timestamp < this.#earliest) this.#earliest = timestamp;
    if (timestamp > this.#latest) this.#latest = timestamp;
    this.#sink.packet(packet);
  }

  anomaly(found: Anomaly): void {
    this.#sink.anomaly(found);
  }

  name(address: string, name: string): void {
    this.#sink.name(address, name);
  }

  secrets(type: number, bytes: Uint8Array, isComment?: boolean): void {
    this.#sink.secrets(type, bytes, isComment);
  }

  lost(count: number, interfaceIndex: number): void {
    this.#sink.lost(count, interfaceIndex);
  }
}
