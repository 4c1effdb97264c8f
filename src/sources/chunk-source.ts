/** Where a capture's bytes come from: a file, standard input, or what a decompressor makes of one of them. */
export interface ChunkSource {
  /** What the user calls it: the path as it was given, or `standard input`. */
  readonly name: string;
  /** Bytes on disk, for a progress bar; undefined for a pipe. */
  readonly size: number | undefined;
  /** After the end: why the bytes ended early (a damaged or cut compressed stream). One clause, no full stop. */
  readonly problem: string | undefined;
  /** The next bytes, at least one, borrowed until the next `read()`; undefined at the end and ever after. Throws `UserError`. */
  read(): Promise<Uint8Array | undefined>;
  /** Bytes of the file on disk that were read so far. */
  consumed(): number;
  close(): Promise<void>;
}
