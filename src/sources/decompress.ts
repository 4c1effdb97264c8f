// gzip and zstd, recognized by magic number. A damaged stream gives what came before the damage and then a `problem`.
import type { Gunzip } from "node:zlib";
import { loadWhenUsed } from "../wire/load-when-used.ts";
import type { ChunkSource } from "./chunk-source.ts";

const zlib = loadWhenUsed<typeof import("node:zlib")>("node:zlib");
const fzstd = loadWhenUsed<typeof import("fzstd")>("fzstd");

interface Decompressor {
  /** Takes all of `piece` in. Rejects when the stream is damaged. */
  push(piece: Uint8Array, output: (bytes: Uint8Array) => void): Promise<void>;
  /** Rejects when the stream is not complete. */
  end(output: (bytes: Uint8Array) => void): Promise<void>;
  close(): void;
}

interface Compression {
  readonly name: string;
  recognize(start: Uint8Array): boolean;
  /** Compressed bytes handed over at a time, at most. */
  readonly pieceBytes: number;
  open(): Decompressor;
}

const compressions: readonly Compression[] = [
  // RFC 1952 §2.3.1: ID1, ID2 and the only compression method.
  { name: "gzip", recognize: ([a, b, c]) => a === 0x1f && b === 0x8b && c === 8, pieceBytes: 16 << 10, open: openGzip },
  // RFC 8878 §3.1.1; a skippable frame (§3.1.2, 0x184D2A5?) may come first. One block of 4 bytes may hold 128 KiB: small pieces.
  {
    name: "zstd",
    recognize: ([a, b, c, d]) =>
      (b === 0xb5 && c === 0x2f && d === 0xfd && a === 0x28) || (((a ?? 0) & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18),
    pieceBytes: 4 << 10,
    open: openZstd,
  },
];

/** Bytes that are looked at to recognize a compression. */
export const COMPRESSION_MAGIC_LENGTH = 4;

/** The decompressed source, or undefined when `start`, its first bytes, is not compressed. Several members or frames are one stream. */
export function decompress(source: ChunkSource, start: Uint8Array): ChunkSource | undefined {
  const compression = compressions.find((candidate) => candidate.recognize(start));
  return compression && new DecompressedSource(source, compression);
}

/** zlib throws away what it made of a piece in which it finds damage. So pieces begin small: a short file loses little. */
const FIRST_PIECE_BYTES = 256;

class DecompressedSource implements ChunkSource {
  readonly #inner: ChunkSource;
  readonly #compression: Compression;
  readonly #decompressor: Decompressor;
  readonly #outputs: Uint8Array[] = [];
  #input: Uint8Array = new Uint8Array(0);
  #pieceBytes = FIRST_PIECE_BYTES;
  #isOver = false;
  problem: string | undefined;

  constructor(inner: ChunkSource, compression: Compression) {
    this.#inner = inner;
    this.#compression = compression;
    this.#decompressor = compression.open();
  }

  get name(): string {
    return this.#inner.name;
  }

  get size(): number | undefined {
    return this.#inner.size;
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const output = this.#outputs.shift();
      if (output) return output;
      if (this.#isOver) return undefined;
      await this.#step();
    }
  }

  consumed(): number {
    return this.#inner.consumed();
  }

  close(): Promise<void> {
    this.#decompressor.close();
    return this.#inner.close();
  }

  async #step(): Promise<void> {
    if (this.#input.length === 0) this.#input = (await this.#inner.read()) ?? this.#input;
    const piece = this.#input.subarray(0, this.#pieceBytes);
    this.#input = this.#input.subarray(piece.length);
    this.#pieceBytes = Math.min(this.#pieceBytes * 2, this.#compression.pieceBytes);
    const output = (bytes: Uint8Array) => {
      if (bytes.length > 0) this.#outputs.push(bytes);
    };
    try {
      if (piece.length > 0) return await this.#decompressor.push(piece, output);
      this.#isOver = true;
      await this.#decompressor.end(output);
    } catch (error) {
      this.#isOver = true;
      this.problem = `the ${this.#compression.name} stream is damaged or cut: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** Larger than what one piece can become (deflate: 1032 to 1), so that zlib never waits for a reader in the middle of a piece. */
const GZIP_OUTPUT_BYTES = 32 << 20;

function openGzip(): Decompressor {
  const options = { chunkSize: 64 << 10, readableHighWaterMark: GZIP_OUTPUT_BYTES };
  const stream = zlib().createGunzip(options);
  let fail: (error: Error) => void = () => undefined;
  stream.on("error", (error) => fail(error));
  return {
    async push(piece, output) {
      // zlib does not call back for the write in which it finds damage.
      await new Promise<void>((resolve, reject) => {
        fail = reject;
        stream.write(piece, () => resolve());
      });
      drain(stream, output);
      if (stream.errored) throw stream.errored;
    },
    async end(output) {
      await new Promise<void>((resolve, reject) => {
        fail = reject;
        stream.on("end", resolve);
        stream.on("data", output);
        stream.end();
      });
    },
    close: () => stream.destroy(),
  };
}

function drain(stream: Gunzip, output: (bytes: Uint8Array) => void): void {
  for (;;) {
    const bytes: unknown = stream.read();
    if (!(bytes instanceof Uint8Array)) return;
    output(bytes);
  }
}

function openZstd(): Decompressor {
  const stream = new (fzstd().Decompress)();
  return {
    async push(piece, output) {
      stream.ondata = output;
      // fzstd keeps what it could not use yet; the piece is borrowed.
      stream.push(piece.slice());
    },
    async end(output) {
      stream.ondata = output;
      stream.push(new Uint8Array(0), true);
    },
    close: () => undefined,
  };
}
