// From what the user named to readable bytes: opens, looks at the first bytes, decompresses when they say so.
import type { Readable } from "node:stream";
import { UserError } from "../wire/user-error.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { COMPRESSION_MAGIC_LENGTH, decompress } from "./decompress.ts";
import { openFile } from "./file.ts";
import { PeekableSource } from "./peekable-source.ts";
import { readableSource } from "./readable-source.ts";

/** What stands for standard input on the command line. */
export const STDIN = "-";

export interface OpenOptions {
  /** Read for the path `-`. */
  readonly stdin?: Readable;
  /** Bytes of a chunk from disk. */
  readonly chunkBytes?: number;
}

/** Opens a file, or standard input for `-`. Throws `UserError`: missing, not permitted, a folder, a terminal. */
export async function openSource(path: string, options: OpenOptions = {}): Promise<PeekableSource> {
  const raw = new PeekableSource(path === STDIN ? openStdin(options.stdin) : await openFile(path, options.chunkBytes));
  try {
    const unpacked = decompress(raw, await raw.peek(COMPRESSION_MAGIC_LENGTH));
    return unpacked ? new PeekableSource(unpacked) : raw;
  } catch (error) {
    await raw.close();
    throw error;
  }
}

function openStdin(stdin: Readable | undefined): ChunkSource {
  const isTerminal = stdin !== undefined && "isTTY" in stdin && stdin.isTTY === true;
  if (stdin && !isTerminal) return readableSource("standard input", stdin);
  throw new UserError(
    "- reads a capture from standard input, and nothing is piped into it. Try: tcpdump -i any -w - | traceinspect pcap -",
  );
}
