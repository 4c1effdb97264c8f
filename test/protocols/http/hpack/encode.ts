// An HPACK encoder (RFC 7541) for tests: every representation, with and without Huffman coding, with a dynamic table of its own.

import { SYMBOLS_BY_LENGTH } from "../../../../src/protocols/http/hpack/huffman-code.ts";
import { STATIC_TABLE } from "../../../../src/protocols/http/hpack/static-table.ts";

export type HeaderLine = readonly [name: string, value: string];

/** How a field is written: an index where there is one, a literal that enters the table, one that does not, one that never may. */
export type Representation = "index" | "add" | "plain" | "never";

export interface FieldChoice {
  readonly line: HeaderLine;
  readonly as: Representation;
  readonly isCoded: boolean;
}

const codes = new Map<number, readonly [code: number, length: number]>();
{
  let code = 0;
  let before = 0;
  for (const [length, symbols] of SYMBOLS_BY_LENGTH) {
    code *= 2 ** (length - before);
    before = length;
    for (const symbol of symbols) codes.set(symbol, [code++, length]);
  }
}

export function huffman(text: string): number[] {
  let bits = "";
  for (const byte of Buffer.from(text, "latin1")) {
    const [code, length] = codes.get(byte)!;
    bits += code.toString(2).padStart(length, "0");
  }
  while (bits.length % 8 !== 0) bits += "1";
  return (bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2));
}

export function integer(value: number, prefix: number, flags: number): number[] {
  const most = 2 ** prefix - 1;
  if (value < most) return [flags | value];
  const bytes = [flags | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

export function string(text: string, isCoded: boolean): number[] {
  const bytes = isCoded ? huffman(text) : [...Buffer.from(text, "latin1")];
  return [...integer(bytes.length, 7, isCoded ? 128 : 0), ...bytes];
}

export class HpackEncoder {
  /** Newest first. */
  readonly #table: HeaderLine[] = [];
  #capacity: number;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  resize(capacity: number): number[] {
    this.#capacity = capacity;
    this.#evict(0);
    return integer(capacity, 5, 0x20);
  }

  encode(fields: readonly FieldChoice[]): number[] {
    return fields.flatMap((field) => this.#field(field));
  }

  /** All fields as most encoders write them: indexed where possible, else added, Huffman-coded. */
  block(lines: readonly HeaderLine[]): number[] {
    return this.encode(lines.map((line) => ({ line, as: "index", isCoded: true })));
  }

  #field({ line, as, isCoded }: FieldChoice): number[] {
    const [name, value] = line;
    const whole = this.#find(([n, v]) => n === name && v === value);
    if (as === "index" && whole > 0) return integer(whole, 7, 0x80);
    const named = this.#find(([n]) => n === name);
    const isAdded = as === "add" || as === "index";
    const head = isAdded ? integer(named, 6, 0x40) : integer(named, 4, as === "never" ? 0x10 : 0);
    if (isAdded) this.#add(line);
    return [...head, ...(named > 0 ? [] : string(name, isCoded)), ...string(value, isCoded)];
  }

  #find(isIt: (line: HeaderLine) => boolean): number {
    const fixed = STATIC_TABLE.findIndex(isIt);
    if (fixed >= 0) return fixed + 1;
    const own = this.#table.findIndex(isIt);
    return own < 0 ? 0 : own + 1 + STATIC_TABLE.length;
  }

  #add(line: HeaderLine): void {
    const size = sizeOf(line);
    this.#evict(size);
    if (size <= this.#capacity) this.#table.unshift(line);
  }

  #evict(room: number): void {
    while (this.#table.length > 0 && this.#table.reduce((sum, line) => sum + sizeOf(line), room) > this.#capacity) this.#table.pop();
  }
}

function sizeOf([name, value]: HeaderLine): number {
  return name.length + value.length + 32;
}
