// Makes decoders and encoders from the package's own .proto files. protobufjs takes some 45 ms to load, so that happens at
// the first message and not when the program starts.

import { readFileSync } from "node:fs";
import { loadWhenUsed } from "../wire/load-when-used.ts";
import { packageFile } from "../wire/package-file.ts";

/** A 64-bit integer as protobufjs gives it: two halves of 32 bits, signed as JavaScript's bit operators leave them. */
export interface Int64 {
  readonly low: number;
  readonly high: number;
}

export interface MessageCodec<Decoded> {
  /** Throws when the bytes are no such message. Absent fields hold proto3's default: 0, "", no bytes, null for a message. */
  decode(bytes: Uint8Array): Decoded;
  /** `fields` are camelCase; what is left out is not sent. */
  encode(fields: Readonly<Record<string, unknown>>): Uint8Array;
}

const protobufjs = loadWhenUsed<typeof import("protobufjs")>("protobufjs");
const roots = new Map<string, import("protobufjs").Root>();

/** A message of `proto/<file>.proto`. `Decoded` MUST describe its fields; the decoder then sees to it that they have these types. */
export function messageCodec<Decoded>(file: string, message: string): MessageCodec<Decoded> {
  let type: import("protobufjs").Type | undefined;
  const load = (): import("protobufjs").Type => {
    type ??= rootOf(file).lookupType(message);
    return type;
  };
  return {
    // The one place where a message becomes a typed value: what the wire can hold is fixed by the schema.
    decode: (bytes) => load().decode(asBuffer(bytes)) as unknown as Decoded,
    encode: (fields) => load().encode(fields).finish(),
  };
}

/** Text of a `bytes` field; broken UTF-8 becomes U+FFFD. An absent field is an empty array without a buffer. */
export function utf8(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : asBuffer(bytes).toString("utf8");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function rootOf(file: string): import("protobufjs").Root {
  const known = roots.get(file);
  if (known) return known;
  const protobuf = protobufjs();
  const root = protobuf.parse(readFileSync(packageFile(`proto/${file}.proto`), "utf8")).root;
  root.resolveAll();
  roots.set(file, root);
  return root;
}
