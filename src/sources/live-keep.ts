// Keeps what goes through a stream in a file as well.

import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { cannotWrite } from "../wire/cannot-write.ts";

export interface KeptFile {
  /** `stream`'s bytes, each written to the file before it is handed on. */
  keep(stream: Readable): Readable;
  close(): Promise<void>;
}

/** Makes the file, or empties it. Throws `UserError`. */
export async function openKeptFile(path: string): Promise<KeptFile> {
  const handle = await open(path, "w").catch((error: unknown) => {
    throw cannotWrite(path, error, "--write");
  });
  return {
    keep: (stream) => Readable.from(written(stream, handle, path), { objectMode: false }),
    close: () => handle.close(),
  };
}

async function* written(stream: Readable, handle: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a stream of bytes was expected");
    try {
      await handle.appendFile(chunk);
    } catch (error) {
      throw cannotWrite(path, error, "--write");
    }
    yield chunk;
  }
}
