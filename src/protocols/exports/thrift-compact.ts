// Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md).

import { type ByteReader, Malformed } from "../../wire/byte-reader.ts";
import type { ThriftReader, ThriftType } from "./thrift-reader.ts";

const TYPES: Readonly<Record<number, ThriftType>> = {
  0: "stop",
  1: "bool",
  2: "bool",
  3: "bool",
  4: "int",
  5: "int",
  6: "int",
  7: "double",
  8: "bytes",
  9: "list",
  10: "list",
  11: "map",
  12: "struct",
};
const BYTE = 3;
const LONG_LIST = 15;
const MAX_VARINT_BYTES = 10;

export function compactThrift(reader: ByteReader): ThriftReader {
  /** Ids of the last fields of the structs that are open: the next id is written as the difference. */
  const lastIds = [0];
  /** In a field a boolean is a part of the type; only in a list it has a byte. */
  let boolBytes = 0;
  const typeOf = (code: number): ThriftType => {
    const found = TYPES[code];
    if (found === undefined) throw new Malformed(`type ${code} of Thrift`);
    return found;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = reader.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed("a varint of more than ten bytes");
  };
  const zigzag = (): bigint => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  return {
    field() {
      const header = reader.u8();
      const type = typeOf(header & 15);
      if (type === "stop") return { id: 0, type };
      boolBytes = (header & 15) === BYTE ? 1 : 0;
      const id = header >> 4 === 0 ? Number(zigzag()) : (lastIds.at(-1) ?? 0) + (header >> 4);
      lastIds[lastIds.length - 1] = id;
      return { id, type };
    },
    beginStruct: () => void lastIds.push(0),
    endStruct: () => void lastIds.pop(),
    list() {
      const header = reader.u8();
      const size = header >> 4;
      boolBytes = 1;
      return { size: size === LONG_LIST ? Number(varint()) : size, type: typeOf(header & 15) };
    },
    hex64: () => BigInt.asUintN(64, zigzag()).toString(16).padStart(16, "0"),
    int: () => Number(zigzag()),
    bytes: () => reader.view(Number(varint())),
    scalar(type) {
      if (type === "bytes") reader.skip(Number(varint()));
      else if (type === "int") varint();
      else reader.skip(type === "bool" ? boolBytes : 8);
    },
  };
}
