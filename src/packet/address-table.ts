// Addresses as small integers: a packet's addresses are compared and hashed millions of times and printed a few times.

import { MAX_ADDRESSES } from "../wire/limits.ts";

const RECENT = 256;
const NONE = -1;

/** IPv4 and IPv6 addresses, numbered in the order in which they were first seen. An IPv4-mapped IPv6 address is the IPv4 address. */
export class AddressTable {
  /** Names of the numbers from `#first` on. */
  #names: string[] = [];
  #first = 0;
  readonly #ipv4 = new Map<number, number>();
  /** IPv4 addresses that came last, and their numbers: two looks a packet. */
  readonly #recent = new Int32Array(RECENT);
  readonly #recentNumbers = new Int32Array(RECENT).fill(NONE);
  readonly #ipv6 = new Map<string, number>();

  /** Called once, when the table was full for the first time. */
  readonly #onFull: () => void;

  constructor(onFull: () => void = () => undefined) {
    this.#onFull = onFull;
  }

  /** The number of the IPv4 address in the four bytes at `offset`. */
  ipv4(bytes: Uint8Array, offset: number): number {
    return this.ipv4Number((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
  }

  /** The same for the address as a signed word. */
  ipv4Number(value: number): number {
    const slot = (value ^ (value >>> 8)) & (RECENT - 1);
    if (this.#recent[slot] === value && this.#recentNumbers[slot] !== NONE) return this.#recentNumbers[slot]!;
    const number = this.#ipv4.get(value) ?? this.#addIpv4(value);
    this.#recent[slot] = value;
    this.#recentNumbers[slot] = number;
    return number;
  }

  #addIpv4(value: number): number {
    const number = this.#add(`${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`);
    this.#ipv4.set(value, number);
    return number;
  }

  /** The number of the IPv6 address in the sixteen bytes at `offset`. */
  ipv6(bytes: Uint8Array, offset: number): number {
    let key = "";
    for (let i = 0; i < 16; i += 2) key += String.fromCharCode((bytes[offset + i]! << 8) | bytes[offset + i + 1]!);
    const known = this.#ipv6.get(key);
    if (known !== undefined) return known;
    const mapped = isIpv4Mapped(key);
    const number = mapped ? this.ipv4(bytes, offset + 12) : this.#add(formatIpv6(key));
    this.#ipv6.set(key, number);
    return number;
  }

  /** Dotted quad, or RFC 5952 text. MUST be asked while the packet that holds the address is read. */
  name(address: number): string {
    return this.#names[address - this.#first] ?? "?";
  }

  /** Numbers are never used twice: a full table is begun anew, and an address that comes again gets another number. */
  #add(name: string): number {
    if (this.#names.length >= MAX_ADDRESSES) {
      if (this.#first === 0) this.#onFull();
      this.#first += this.#names.length;
      this.#names = [];
      this.#ipv4.clear();
      this.#recentNumbers.fill(NONE);
      this.#ipv6.clear();
    }
    return this.#first + this.#names.push(name) - 1;
  }
}

function isIpv4Mapped(groups: string): boolean {
  for (let i = 0; i < 5; i++) if (groups.charCodeAt(i) !== 0) return false;
  return groups.charCodeAt(5) === 0xffff;
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatIpv6(groups: string): string {
  let runStart = -1;
  let runLength = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (end < 8 && groups.charCodeAt(end) === 0) end++;
    if (end - i > runLength) {
      runStart = i;
      runLength = end - i;
    }
    i = Math.max(end, i + 1);
  }
  const text = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => groups.charCodeAt(from + i).toString(16)).join(":");
  return runStart < 0 ? text(0, 8) : `${text(0, runStart)}::${text(runStart + runLength, 8)}`;
}
