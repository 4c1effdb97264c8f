// Thrift's binary and compact protocols (apache/thrift, doc/specs), as far as Jaeger's model needs them.

import { Malformed } from "../../wire/byte-reader.ts";
import { MAX_THRIFT_DEPTH } from "../../wire/limits.ts";

export type ThriftType = "stop" | "bool" | "int" | "double" | "bytes" | "struct" | "map" | "list";

/** Reads values in the order in which they stand. Every call throws `Truncated` or `Malformed` where it cannot. */
export interface ThriftReader {
  /** The next field of the struct that is read; `id` is 0 with "stop". */
  field(): { readonly id: number; readonly type: ThriftType };
  beginStruct(): void;
  endStruct(): void;
  /** Elements of a list or set, and their type. */
  list(): { readonly size: number; readonly type: ThriftType };
  /** An integer of any width as 16 hexadecimal digits of its 64-bit two's complement. */
  hex64(): string;
  int(): number;
  /** Text or bytes; borrowed. */
  bytes(): Uint8Array;
  /** Passes over a value that is neither struct, list nor map. */
  scalar(type: ThriftType): void;
}

/** Visits the fields of a struct. What `visit` does not read, answering false, is skipped. */
export function readStruct(reader: ThriftReader, visit: (id: number, type: ThriftType) => boolean): void {
  reader.beginStruct();
  for (let field = reader.field(); field.type !== "stop"; field = reader.field()) {
    if (!visit(field.id, field.type)) skipThrift(reader, field.type);
  }
  reader.endStruct();
}

/** Visits the elements of a list of structs; a list of anything else is skipped. */
export function readStructs(reader: ThriftReader, visit: () => void): void {
  const { size, type } = reader.list();
  for (let i = 0; i < size; i++) {
    if (type === "struct") visit();
    else skipThrift(reader, type);
  }
}

/** Passes over a value of any type. */
function skipThrift(reader: ThriftReader, type: ThriftType, depth = 0): void {
  if (depth > MAX_THRIFT_DEPTH) throw new Malformed(`Thrift of more than ${MAX_THRIFT_DEPTH} levels`);
  switch (type) {
    case "struct":
      reader.beginStruct();
      for (let field = reader.field(); field.type !== "stop"; field = reader.field()) skipThrift(reader, field.type, depth + 1);
      reader.endStruct();
      break;
    case "list": {
      const { size, type: of } = reader.list();
      for (let i = 0; i < size; i++) skipThrift(reader, of, depth + 1);
      break;
    }
    case "map":
      throw new Malformed("a Thrift map, which Jaeger's model does not have");
    default:
      reader.scalar(type);
  }
}
