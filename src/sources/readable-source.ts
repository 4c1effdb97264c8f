// Standard input, or any other Node stream of bytes, as a source. It may never end (a live capture).
import type { Readable } from "node:stream";
import { UserError } from "../wire/user-error.ts";
import type { ChunkSource } from "./chunk-source.ts";

/** Reads a stream of bytes. `consumed()` counts them; there is no size. */
export function readableSource(name: string, stream: Readable): ChunkSource {
  return new ReadableSource(name, stream);
}

class ReadableSource implements ChunkSource {
  readonly name: string;
  readonly size = undefined;
  readonly problem = undefined;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<unknown>;
  #consumed = 0;

  constructor(name: string, stream: Readable) {
    this.name = name;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#next();
      if (done === true) return undefined;
      if (!(value instanceof Uint8Array)) throw new TypeError("a stream of bytes was expected");
      this.#consumed += value.length;
      if (value.length > 0) return value;
    }
  }

  consumed(): number {
    return this.#consumed;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async #next(): Promise<IteratorResult<unknown>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      throw new UserError(`${this.name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
}
