// Fields of a Protocol Buffers message (protobuf.dev, Encoding), read in place. An export on the wire is hostile input of any size: a reader that makes
// an object of every field would let it decide how much memory is used.

import { Malformed, Truncated } from "../../wire/byte-reader.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** One field; the same object for all fields of a message. */
export interface ProtobufField {
  readonly number: number;
  /** Value of a varint, exact up to 2^53; 0 for other types. */
  readonly value: number;
  /** The bytes of a length-delimited or fixed field, [start, end). */
  readonly start: number;
  readonly end: number;
  /** True for a length-delimited field: text, bytes, a message. */
  readonly isBytes: boolean;
  /** True when the message ends before the field does. Its `end` is then the message's. */
  readonly isCut: boolean;
}

/** Visits the fields of `bytes[start..end)`. Throws `Malformed`, or `Truncated` behind the field that is cut. */
export function readProtobuf(bytes: Uint8Array, start: number, end: number, visit: (field: ProtobufField) => void): void {
  const cursor = { at: start };
  const field = { number: 0, value: 0, start: 0, end: 0, isBytes: false, isCut: false };
  while (cursor.at < end) {
    const tag = varint(bytes, cursor, end);
    const type = tag % 8;
    field.number = Math.floor(tag / 8);
    field.isBytes = type === LENGTH;
    field.value = 0;
    let length = 0;
    if (type === VARINT) field.value = varint(bytes, cursor, end);
    else if (type === LENGTH) length = varint(bytes, cursor, end);
    else if (type === FIXED64) length = 8;
    else if (type === FIXED32) length = 4;
    else throw new Malformed(`wire type ${type} of Protocol Buffers`);
    if (field.number === 0) throw new Malformed("field number 0 of Protocol Buffers");
    const available = end - cursor.at;
    field.isCut = length > available;
    field.start = cursor.at;
    field.end = cursor.at + Math.min(length, available);
    visit(field);
    if (field.isCut) throw new Truncated(length, available);
    cursor.at = cursor.at + length;
  }
}

const MAX_VARINT_BYTES = 10;

function varint(bytes: Uint8Array, cursor: { at: number }, end: number): number {
  let value = 0;
  let weight = 1;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    if (cursor.at >= end) throw new Truncated(1, 0);
    const byte = bytes[cursor.at++]!;
    value += (byte & 0x7f) * weight;
    if (byte < 0x80) return value;
    weight *= 128;
  }
  throw new Malformed("a varint of more than ten bytes");
}
