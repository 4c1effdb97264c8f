// Writes captures back as one pcapng: all packets in the order of time, each as it was, with comments on some. Never holds a capture in memory.

import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { PcapngWriter } from "../capture/pcapng-writer.ts";
import { ticksToNanos, timestampToTicks } from "../capture/tick-clock.ts";
import { cannotWrite } from "../wire/cannot-write.ts";
import { MAX_MERGE_SLICE_BYTES, MAX_READ_AHEAD_BYTES } from "../wire/limits.ts";
import { type FedPacket, type FeedItem, PacketFeed } from "./packet-feed.ts";
import type { CaptureSeries } from "./rotated-files.ts";

export interface AnnotateOptions {
  /** What wrote it. */
  readonly application: string;
  /** Comments of a packet: its file's index in the run, its frame number there. */
  commentsOf(capture: number, frame: number): readonly string[];
  /** Whether a section's comment, which people paste key logs into, holds secrets. */
  holdsSecrets(comment: Uint8Array): boolean;
}

/** Bytes that are collected before they are written. */
const BLOCK = 1 << 20;

/** Returns how many packets were written. Reads the files again. Throws `UserError`. */
export async function writeAnnotated(path: string, series: readonly CaptureSeries[], options: AnnotateOptions): Promise<number> {
  const file = await open(path, "w").catch((error: unknown) => {
    throw cannotWrite(path, error, "--annotate");
  });
  // Items are copies: each feed holds its chunk twice.
  const chunkBytes = Math.min(MAX_MERGE_SLICE_BYTES, Math.max(4096, Math.floor(MAX_READ_AHEAD_BYTES / (2 * series.length))));
  const feeds = series.map((one) => new PacketFeed(one, chunkBytes));
  try {
    return await new Merge(series, options, file, path).run(feeds);
  } finally {
    for (const feed of feeds) await feed.close();
    await file.close();
  }
}

class Merge {
  readonly #options: AnnotateOptions;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #writer: PcapngWriter;
  readonly #names: ReadonlyMap<number, string>;
  readonly #interfaces = new Map<string, number>();
  readonly #lost = new Map<string, number>();
  #packets = 0;

  constructor(series: readonly CaptureSeries[], options: AnnotateOptions, file: FileHandle, path: string) {
    this.#options = options;
    this.#file = file;
    this.#path = path;
    this.#writer = new PcapngWriter(options.application);
    this.#names = new Map(series.flatMap(({ files }) => files.map(({ index, path: from }) => [index, basename(from)])));
  }

  async run(feeds: readonly PacketFeed[]): Promise<number> {
    let open: PacketFeed[] = [];
    for (const feed of feeds) if (await this.#advance(feed)) open.push(feed);
    for (let feed = earliest(open); feed !== undefined; feed = earliest(open)) {
      const item = feed.peek();
      feed.take();
      if (item?.kind === "packet") this.#packet(item);
      if (!this.#isAtPacket(feed) && !(await this.#advance(feed))) {
        const ended = feed;
        open = open.filter((other) => other !== ended);
      }
      if (this.#writer.length >= BLOCK) await this.#flush();
    }
    for (const [from, count] of this.#lost) {
      const number = this.#interfaces.get(from);
      if (number !== undefined) this.#writer.dropped(number, count);
    }
    await this.#flush();
    return this.#packets;
  }

  /** Goes on to the next packet, with what stands before it; false at the end. */
  async #advance(feed: PacketFeed): Promise<boolean> {
    while (!this.#isAtPacket(feed)) if (!(await feed.fill())) return false;
    return true;
  }

  #isAtPacket(feed: PacketFeed): boolean {
    for (let item = feed.peek(); item !== undefined; item = feed.peek()) {
      if (item.kind === "packet") return true;
      this.#besides(item);
      feed.take();
    }
    return false;
  }

  #besides(item: Exclude<FeedItem, FedPacket>): void {
    if (item.kind === "name") this.#writer.name(item.address, item.name);
    else if (item.kind === "lost") this.#lost.set(item.from, item.count);
    else if (!item.isComment || this.#options.holdsSecrets(item.bytes)) this.#writer.secrets(item.type, item.bytes);
  }

  #packet(packet: FedPacket): void {
    const { capture, number, bytes, originalLength, interface: from, from: key } = packet;
    let id = this.#interfaces.get(key);
    if (id === undefined) {
      id = this.#writer.addInterface(from, this.#names.get(capture) ?? "");
      this.#interfaces.set(key, id);
    }
    this.#writer.packet({
      interface: id,
      ticks: ticksOf(packet),
      bytes,
      originalLength,
      comments: this.#options.commentsOf(capture, number),
    });
    this.#packets++;
  }

  async #flush(): Promise<void> {
    const bytes = this.#writer.take();
    await this.#file.appendFile(bytes).catch((error: unknown) => {
      throw cannotWrite(this.#path, error, "--annotate");
    });
  }
}

/** The first of those with the least time. */
function earliest(feeds: readonly PacketFeed[]): PacketFeed | undefined {
  let least: PacketFeed | undefined;
  let packet: FedPacket | undefined;
  for (const feed of feeds) {
    const item = feed.peek();
    if (item?.kind !== "packet" || (packet !== undefined && !isBefore(item, packet))) continue;
    least = feed;
    packet = item;
  }
  return least;
}

/** Within a microsecond the ticks of the files decide: a timestamp does not hold all their digits. */
function isBefore(one: FedPacket, other: FedPacket): boolean {
  const difference = one.timestamp - other.timestamp;
  return Math.abs(difference) < 1 ? nanosOf(one) < nanosOf(other) : difference < 0;
}

function nanosOf(packet: FedPacket): bigint {
  const { resolution, offset } = packet.interface;
  return ticksToNanos(resolution, offset, ticksOf(packet));
}

function ticksOf({ ticks, timestamp, interface: { resolution, offset } }: FedPacket): bigint {
  return ticks ?? timestampToTicks(resolution, offset, timestamp);
}
