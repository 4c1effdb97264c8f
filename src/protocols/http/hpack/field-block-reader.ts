// Field blocks (RFC 7541 §3.1, §6), read in place: only fields that somebody wants are made into strings, and only what must enter the dynamic
// table is measured.

import { MAX_FIELD_VALUE_BYTES, MAX_FIELDS } from "../../../wire/limits.ts";
import { readTarget } from "../target.ts";
import { createTextCache, type TextCache } from "../text-cache.ts";
import { type DynamicTable, ENTRY_OVERHEAD, type Entry } from "./dynamic-table.ts";
import { clearBlock, emptyBlock, type FieldBlock } from "./field-block.ts";
import { type FieldName, FieldNames, HIDDEN, OTHER, OTHER_PSEUDO } from "./field-names.ts";
import { decodedRoom, decodeHuffman } from "./huffman.ts";
import { STATIC_TABLE } from "./static-table.ts";

const INITIAL_SCRATCH = 16 << 10;
const MAX_INTEGER_SHIFT = 28;
const STATIC_COUNT = STATIC_TABLE.length;

export class FieldBlockReader {
  readonly block: FieldBlock = emptyBlock();
  readonly #text: TextCache = createTextCache();
  /** Decoded strings have a cache of their own: it looks at one buffer at a time. */
  readonly #decodedText: TextCache = createTextCache();
  readonly #names: FieldNames;
  readonly #static: readonly (Entry | undefined)[];
  #scratch: Uint8Array = new Uint8Array(INITIAL_SCRATCH);
  #bytes: Uint8Array = this.#scratch;
  #at = 0;
  #end = 0;
  /** The string that was read last: its bytes, or the scratch buffer that it was decoded to. */
  #from: Uint8Array = this.#scratch;
  #start = 0;
  #stop = 0;
  #isFirst = true;

  constructor(keep: ReadonlySet<string>) {
    this.#names = new FieldNames(keep);
    this.#static = [undefined, ...STATIC_TABLE.map(([name, value]) => this.#staticEntry(name, value))];
  }

  /** Reads `bytes[start..end)` into `block`. `isCut`: the block goes on where the capture does not. */
  read(table: DynamicTable, bytes: Uint8Array, start: number, end: number, isCut: boolean): FieldBlock {
    const { block } = this;
    clearBlock(block, isCut);
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#isFirst = true;
    while (this.#at < end) {
      const error = this.#field(table, bytes[this.#at]!);
      if (error === undefined) continue;
      if (!isCut || error !== ENDS_EARLY) block.error = error;
      break;
    }
    return block;
  }

  /** RFC 7541 §6. */
  #field(table: DynamicTable, first: number): string | undefined {
    if (first >= 0x80) return this.#indexed(table, this.#integer(0x7f));
    if (first >= 0x40) return this.#literal(table, this.#integer(0x3f), true);
    if (first < 0x20) return this.#literal(table, this.#integer(0x0f), false);
    const capacity = this.#integer(0x1f);
    if (capacity < 0) return ENDS_EARLY;
    if (!this.#isFirst) return "a dynamic table size update behind a field";
    table.resize(capacity);
    return undefined;
  }

  #indexed(table: DynamicTable, index: number): string | undefined {
    if (index < 0) return ENDS_EARLY;
    const entry = index <= STATIC_COUNT ? this.#static[index] : table.at(index - STATIC_COUNT - 1);
    if (entry !== undefined) this.#apply(entry);
    else if (index === 0 || !table.mayHold()) return "an index beyond the tables";
    else this.#hidden();
    return undefined;
  }

  #literal(table: DynamicTable, index: number, isIndexed: boolean): string | undefined {
    if (index < 0) return ENDS_EARLY;
    let name: FieldName;
    let nameLength: number;
    if (index === 0) {
      const error = this.#string(true);
      if (error !== undefined) return error;
      name = this.#names.find(this.#from, this.#start, this.#stop);
      nameLength = this.#stop - this.#start;
    } else {
      const entry = index <= STATIC_COUNT ? this.#static[index] : table.at(index - STATIC_COUNT - 1);
      if (entry === undefined && !table.mayHold()) return "a name index beyond the tables";
      name = entry?.name ?? HIDDEN;
      nameLength = entry?.nameLength ?? 1;
    }
    const error = this.#string(isIndexed || !name.isPassedOver);
    if (error !== undefined) return error;
    if (!isIndexed && name.isPassedOver) {
      if (name === HIDDEN) this.#hidden();
      else this.#passed(name);
      return undefined;
    }
    const entry = this.#entry(name, nameLength);
    if (isIndexed && !table.insert(entry)) this.block.error = NO_ROOM;
    this.#apply(entry);
    return undefined;
  }

  /** RFC 7541 §5.1; -1 when it does not end here. */
  #integer(mask: number): number {
    const bytes = this.#bytes;
    let value = bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; this.#at < this.#end && shift <= MAX_INTEGER_SHIFT; shift += 7) {
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return -1;
  }

  /** RFC 7541 §5.2: sets the string that was read last. Where it is not wanted, it is only passed over. */
  #string(isWanted: boolean): string | undefined {
    if (this.#at >= this.#end) return ENDS_EARLY;
    const isCoded = this.#bytes[this.#at]! >= 0x80;
    const length = this.#integer(0x7f);
    if (length < 0 || length > this.#end - this.#at) return ENDS_EARLY;
    const start = this.#at;
    this.#at += length;
    if (!isCoded || !isWanted) {
      this.#from = this.#bytes;
      this.#start = start;
      this.#stop = start + length;
      return undefined;
    }
    if (this.#scratch.length < decodedRoom(length)) this.#scratch = new Uint8Array(2 * decodedRoom(length));
    this.#from = this.#scratch;
    this.#start = 0;
    this.#stop = decodeHuffman(this.#bytes, start, this.#at, this.#scratch);
    return this.#stop < 0 ? "a string that is not Huffman-coded" : undefined;
  }

  /** Of the string that was read last. */
  #entry(name: FieldName, nameLength: number): Entry {
    const length = this.#stop - this.#start;
    const size = nameLength + length + ENTRY_OVERHEAD;
    if (name.isPassedOver) return { name, nameLength, size, value: "", number: 0, field: undefined };
    const from = this.#from;
    const text = from === this.#scratch ? this.#decodedText : this.#text;
    return entryOf(name, nameLength, size, from, this.#start, this.#stop, text);
  }

  #apply(entry: Entry): void {
    const { block } = this;
    const { name, value, field } = entry;
    const { role } = name;
    if (role === "hidden") {
      this.#hidden();
      return;
    }
    this.#passed(name);
    switch (role) {
      case ":method":
        block.method = value;
        break;
      case ":path":
        block.path = value;
        block.targetHash = entry.number;
        break;
      case ":status":
        block.status = entry.number;
        break;
      case ":authority":
        block.authority ??= value;
        block.authorityAt = block.kept.length;
        break;
      case "content-type":
        block.contentType ??= value;
        break;
      case "content-encoding":
        block.contentEncoding = block.contentEncoding === undefined ? value : `${block.contentEncoding}, ${value}`;
        break;
      case "grpc-status":
        block.grpcStatus = value;
        break;
      case "grpc-timeout":
        block.grpcTimeout = value;
        break;
      case "host":
        block.hasHost = true;
        break;
      default:
    }
    if (field !== undefined && block.kept.length < MAX_FIELDS) block.kept.push(field);
  }

  #passed(name: FieldName): void {
    if (this.#isFirst) this.block.isTrailer = !(name.role.startsWith(":") || name === OTHER_PSEUDO || name.role === "other pseudo");
    this.#isFirst = false;
  }

  #hidden(): void {
    this.#isFirst = false;
    this.block.hidden++;
  }

  #staticEntry(name: string, value: string): Entry {
    const bytes = Uint8Array.from(Buffer.from(name + value, "latin1"));
    const found = this.#names.find(bytes, 0, name.length);
    const size = bytes.length + ENTRY_OVERHEAD;
    if (found === OTHER || found === OTHER_PSEUDO)
      return { name: found, nameLength: name.length, size, value: "", number: 0, field: undefined };
    return entryOf(found, name.length, size, bytes, name.length, bytes.length, this.#text);
  }
}

/** The error that is a limit of ours. */
export const NO_ROOM = "no room for the dynamic table";
const ENDS_EARLY = "a field block that ends inside a field";

function entryOf(
  name: FieldName,
  nameLength: number,
  size: number,
  bytes: Uint8Array,
  start: number,
  stop: number,
  text: TextCache,
): Entry {
  const end = Math.min(stop, start + MAX_FIELD_VALUE_BYTES);
  if (name.role === ":path") {
    const target = readTarget(bytes, start, stop, text);
    const field = name.isKept ? { name: name.name, value: text.read(bytes, start, end) } : undefined;
    return { name, nameLength, size, value: target.path, number: target.hash, field };
  }
  const value = text.read(bytes, start, end);
  const number = name.role === ":status" ? Number(value) : 0;
  return { name, nameLength, size, value, number, field: name.isKept ? { name: name.name, value } : undefined };
}
