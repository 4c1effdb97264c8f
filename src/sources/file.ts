// A file on disk (or a named pipe), read into two buffers in turn: one is filled while the caller works on the other.
import { type FileHandle, open } from "node:fs/promises";
import { MAX_CHUNK_BYTES } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import type { ChunkSource } from "./chunk-source.ts";

/** Less than this is never worth a read of its own. */
const SMALLEST_BUFFER = 4096;

/** Opens a file for reading in chunks of `chunkBytes`. Throws `UserError` when it is missing, a folder or not permitted. */
export async function openFile(path: string, chunkBytes: number = MAX_CHUNK_BYTES): Promise<ChunkSource> {
  try {
    const handle = await open(path, "r");
    const stat = await handle.stat();
    if (!stat.isDirectory()) return new FileSource(path, handle, stat.isFile() ? stat.size : undefined, chunkBytes);
    await handle.close();
  } catch (error) {
    throw new UserError(whyNotOpened(path, error));
  }
  throw new UserError(`${path} is a folder. Name a capture file in it, or give the folder where captures are searched for.`);
}

class FileSource implements ChunkSource {
  readonly name: string;
  readonly size: number | undefined;
  readonly problem = undefined;
  readonly #handle: FileHandle;
  readonly #buffers: readonly [Uint8Array, Uint8Array];
  #turn: 0 | 1 = 0;
  #next: Promise<number> | undefined;
  #consumed = 0;
  #isOver = false;

  constructor(name: string, handle: FileHandle, size: number | undefined, chunkBytes: number) {
    this.name = name;
    this.size = size;
    this.#handle = handle;
    const bytes = Math.min(chunkBytes, Math.max(SMALLEST_BUFFER, size ?? chunkBytes));
    this.#buffers = [new Uint8Array(bytes), new Uint8Array(bytes)];
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    const length = await (this.#next ?? this.#fill());
    if (length === 0) {
      this.#isOver = true;
      return undefined;
    }
    this.#consumed += length;
    const chunk = this.#buffers[this.#turn].subarray(0, length);
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#next = this.#fill();
    // Whoever reads next gets the error; until then it must not end the process as an unhandled rejection.
    this.#next.catch(() => undefined);
    return chunk;
  }

  consumed(): number {
    return this.#consumed;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#next?.catch(() => undefined);
    await this.#handle.close();
  }

  async #fill(): Promise<number> {
    const buffer = this.#buffers[this.#turn];
    try {
      return (await this.#handle.read(buffer, 0, buffer.length, null)).bytesRead;
    } catch (error) {
      throw new UserError(`${this.name} cannot be read to its end: ${messageOf(error)}. Copy it to another disk and try again.`);
    }
  }
}

/** One sentence for the error of `open`, `stat` or `readdir`, and what to do. */
export function whyNotOpened(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR")
    return `${path} does not exist. Check the path; a pattern such as pods/*.pcap must match a file.`;
  if (code === "EACCES" || code === "EPERM")
    return `${path} cannot be read: permission denied. Captures made by root need: sudo chmod a+r ${path}`;
  if (code === "EMFILE" || code === "ENFILE")
    return `${path} cannot be opened: too many open files. Raise the limit (ulimit -n) or give fewer captures.`;
  return `${path} cannot be opened: ${messageOf(error)}.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
