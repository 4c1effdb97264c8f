import { DynamicTable } from "../../../../src/protocols/http/hpack/dynamic-table.ts";
import { FieldBlockReader } from "../../../../src/protocols/http/hpack/field-block-reader.ts";
import { KeptBytes } from "../../../../src/protocols/kept-bytes.ts";
import type { HeaderLine } from "./encode.ts";

export interface BlockReading {
  readonly lines: HeaderLine[];
  readonly hidden: number;
  readonly error: string | undefined;
}

/** A decoder of one direction that keeps every field of these names. */
export function openDecoder(names: Iterable<string>) {
  const table = new DynamicTable(new KeptBytes());
  const reader = new FieldBlockReader(new Set(names));
  return {
    table,
    read(bytes: ArrayLike<number>, isCut = false): BlockReading {
      const { kept, hidden, error } = reader.read(table, Uint8Array.from(bytes), 0, bytes.length, isCut);
      return { lines: kept.map(({ name, value }) => [name, value] as const), hidden, error };
    },
  };
}

export const hexBytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
