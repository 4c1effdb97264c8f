// Writes Thrift in both protocols, so that one value tests both readers.

export type Value =
  | { readonly i64: bigint }
  | { readonly i32: number }
  | { readonly text: string }
  | { readonly bool: boolean }
  | { readonly list: readonly Struct[] }
  | { readonly struct: Struct };
export type Struct = readonly (readonly [id: number, value: Value])[];

export function binary(struct: Struct): Buffer {
  const fields = struct.map(([id, value]) => {
    const header = Buffer.from([0, id >> 8, id & 255]);
    const write = (type: number, ...rest: readonly Buffer[]) => {
      header[0] = type;
      return Buffer.concat([header, ...rest]);
    };
    if ("i64" in value) return write(10, long(value.i64));
    if ("i32" in value) return write(8, int(value.i32));
    if ("text" in value) return write(11, int(Buffer.byteLength(value.text)), Buffer.from(value.text));
    if ("bool" in value) return write(2, Buffer.from([value.bool ? 1 : 0]));
    if ("struct" in value) return write(12, binary(value.struct));
    return write(15, Buffer.from([12]), int(value.list.length), ...value.list.map(binary));
  });
  return Buffer.concat([...fields, Buffer.from([0])]);
}

export function compact(struct: Struct): Buffer {
  let last = 0;
  const fields = struct.map(([id, value]) => {
    const step = id - last;
    last = id;
    const write = (type: number, ...rest: readonly Buffer[]) =>
      Buffer.concat([
        step > 0 && step < 16 ? Buffer.from([(step << 4) | type]) : Buffer.concat([Buffer.from([type]), zigzag(BigInt(id))]),
        ...rest,
      ]);
    if ("i64" in value) return write(6, zigzag(value.i64));
    if ("i32" in value) return write(5, zigzag(BigInt(value.i32)));
    if ("text" in value) return write(8, varint(BigInt(Buffer.byteLength(value.text))), Buffer.from(value.text));
    if ("bool" in value) return write(value.bool ? 1 : 2);
    if ("struct" in value) return write(12, compact(value.struct));
    const { length } = value.list;
    const size = length < 15 ? Buffer.from([(length << 4) | 12]) : Buffer.concat([Buffer.from([0xfc]), varint(BigInt(length))]);
    return write(9, size, ...value.list.map(compact));
  });
  return Buffer.concat([...fields, Buffer.from([0])]);
}

/** The message of a oneway call (type 4). */
export const binaryCall = (name: string, args: Struct) =>
  Buffer.concat([Buffer.from([0x80, 1, 0, 4]), int(name.length), Buffer.from(name), int(7), binary(args)]);
/** The binary protocol's older message, without a version. */
export const oldBinaryCall = (name: string, args: Struct) =>
  Buffer.concat([int(name.length), Buffer.from(name), Buffer.from([4]), int(7), binary(args)]);
export const compactCall = (name: string, args: Struct) =>
  Buffer.concat([Buffer.from([0x82, 0x81]), varint(300n), varint(BigInt(name.length)), Buffer.from(name), compact(args)]);

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, value));
  return bytes;
}

function zigzag(value: bigint): Buffer {
  const signed = BigInt.asIntN(64, value);
  return varint(BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n)));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
}
