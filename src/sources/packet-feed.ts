// The packets of one series of captures, one by one, each a copy: for who puts several captures into one order of time and writes them.

import type { CaptureReader, InterfaceDescription, Packet } from "../capture/packet.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { openCapture } from "./open-capture.ts";
import type { CaptureFile, CaptureSeries } from "./rotated-files.ts";

/** What a file holds beside packets goes out before the packet that follows it. */
export type FeedItem =
  | FedPacket
  | { readonly kind: "secrets"; readonly type: number; readonly bytes: Uint8Array; readonly isComment: boolean }
  | { readonly kind: "name"; readonly address: string; readonly name: string }
  /** `from`: the interface, in its file. */
  | { readonly kind: "lost"; readonly count: number; readonly from: string };

export interface FedPacket {
  readonly kind: "packet";
  /** Index of the file in the run, and the frame's number there. */
  readonly capture: number;
  readonly number: number;
  readonly timestamp: Timestamp;
  readonly ticks: bigint | undefined;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly interface: InterfaceDescription;
  /** Names the interface in its run. */
  readonly from: string;
}

export class PacketFeed {
  readonly #files: readonly CaptureFile[];
  readonly #chunkBytes: number;
  #nextFile = 0;
  #open: { readonly source: ChunkSource; readonly reader: CaptureReader } | undefined;
  #items: FeedItem[] = [];
  #next = 0;

  /** `chunkBytes`: of what is read and kept at a time. */
  constructor({ files }: CaptureSeries, chunkBytes: number) {
    this.#files = files;
    this.#chunkBytes = chunkBytes;
  }

  /** What comes next, without taking it; undefined when more has to be read (`fill`), or nothing is left. */
  peek(): FeedItem | undefined {
    return this.#items[this.#next];
  }

  take(): void {
    this.#next++;
  }

  /** Reads on until there is something to peek at; false when all files were read. Throws `UserError`. */
  async fill(): Promise<boolean> {
    while (this.#next >= this.#items.length) {
      this.#items = [];
      this.#next = 0;
      const opened = this.#open ?? (await this.#openNext());
      if (opened === undefined) return false;
      const chunk = await opened.source.read();
      if (chunk !== undefined) opened.reader.push(chunk);
      else {
        opened.reader.end();
        await this.close();
      }
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#open?.source.close();
    this.#open = undefined;
  }

  async #openNext() {
    const file = this.#files[this.#nextFile++];
    if (file === undefined) return undefined;
    const { source, format } = await openCapture(file.path, { chunkBytes: this.#chunkBytes });
    const add = (item: FeedItem) => void this.#items.push(item);
    const nameOf = (index: number) => `${file.index} ${index}`;
    const reader: CaptureReader = format.open({
      packet: (packet) => add(copyOf(packet, file.index, nameOf(packet.interface), reader)),
      // Said when the file was read the first time.
      anomaly: () => undefined,
      name: (address, name) => add({ kind: "name", address, name }),
      secrets: (type, bytes, isComment = false) => add({ kind: "secrets", type, bytes: bytes.slice(), isComment }),
      lost: (count, index) => add({ kind: "lost", count, from: nameOf(index) }),
    });
    this.#open = { source, reader };
    return this.#open;
  }
}

function copyOf(packet: Packet, capture: number, from: string, reader: CaptureReader): FedPacket {
  return {
    kind: "packet",
    capture,
    number: packet.number,
    timestamp: packet.timestamp,
    ticks: reader.ticksOf(packet),
    bytes: packet.bytes.slice(packet.start, packet.end),
    originalLength: packet.originalLength,
    interface: reader.interfaceOf(packet),
    from,
  };
}
