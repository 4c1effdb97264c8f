// Looks at a source's first bytes without taking them: formats are told apart by content, not by name.
import type { ChunkSource } from "./chunk-source.ts";

export class PeekableSource implements ChunkSource {
  readonly #inner: ChunkSource;
  #held: Uint8Array | undefined;

  constructor(inner: ChunkSource) {
    this.#inner = inner;
  }

  get name(): string {
    return this.#inner.name;
  }

  get size(): number | undefined {
    return this.#inner.size;
  }

  get problem(): string | undefined {
    return this.#inner.problem;
  }

  /** The bytes that `read()` will give next: at least `count` of them unless the source has fewer. Borrowed until the next call. */
  async peek(count: number): Promise<Uint8Array> {
    let held = this.#held ?? (await this.#inner.read()) ?? new Uint8Array(0);
    while (held.length < count) {
      const copy = held.slice();
      const more = await this.#inner.read();
      held = more ? joined(copy, more) : copy;
      if (!more) break;
    }
    this.#held = held;
    return held;
  }

  async read(): Promise<Uint8Array | undefined> {
    const held = this.#held;
    this.#held = undefined;
    return held && held.length > 0 ? held : this.#inner.read();
  }

  consumed(): number {
    return this.#inner.consumed();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
