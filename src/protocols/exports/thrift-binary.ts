// Thrift's binary protocol (apache/thrift, doc/specs/thrift-binary-protocol.md).

import { type ByteReader, Malformed } from "../../wire/byte-reader.ts";
import type { ThriftReader, ThriftType } from "./thrift-reader.ts";

const TYPES: Readonly<Record<number, ThriftType>> = {
  0: "stop",
  2: "bool",
  3: "bool",
  4: "double",
  6: "int",
  8: "int",
  10: "int",
  11: "bytes",
  12: "struct",
  13: "map",
  14: "list",
  15: "list",
};

export function binaryThrift(reader: ByteReader): ThriftReader {
  /** Bytes of the integer whose type was read last: the protocol writes each width as it is. */
  let width = 8;
  const type = (): ThriftType => {
    const code = reader.u8();
    const found = TYPES[code];
    if (found === undefined) throw new Malformed(`type ${code} of Thrift`);
    width = code === 6 ? 2 : code === 8 ? 4 : 8;
    return found;
  };
  const integer = (): string => {
    const view = reader.view(width);
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("hex").padStart(16, "0");
  };
  return {
    field() {
      const found = type();
      return found === "stop" ? { id: 0, type: found } : { id: reader.u16(), type: found };
    },
    beginStruct() {},
    endStruct() {},
    list() {
      const of = type();
      return { size: reader.u32(), type: of };
    },
    hex64: integer,
    int: () => Number.parseInt(integer(), 16),
    bytes: () => reader.view(reader.u32()),
    scalar(of) {
      if (of === "bytes") reader.skip(reader.u32());
      else reader.skip(of === "bool" ? 1 : of === "int" ? width : 8);
    },
  };
}
