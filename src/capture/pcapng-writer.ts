// Writes a pcapng file of one little-endian section (draft-ietf-opsawg-pcapng §3, §4): blocks are laid out in memory and taken out in pieces.

import { isIPv4 } from "node:net";
import { bytesOfAddress } from "./address-bytes.ts";
import type { InterfaceDescription } from "./packet.ts";
import {
  BYTE_ORDER_MAGIC,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from "./pcapng-blocks.ts";
import { padded } from "./pcapng-options.ts";

/** Option codes: of every block (§3.5), of section headers (§4.1), interfaces (§4.2) and statistics (§4.6). */
const OPT_ENDOFOPT = 0;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;
/** Record types of a name resolution block (§4.5). */
const NRB_IPV4 = 1;
const NRB_IPV6 = 2;

/** An option's length has 16 bits. */
const LONGEST_OPTION = 65_535;
const FIRST_CAPACITY = 1 << 20;
const EMPTY = new Uint8Array(0);
const utf8 = new TextEncoder();

export interface WrittenPacket {
  /** As `addInterface` gave it. */
  readonly interface: number;
  /** In the resolution of its interface. */
  readonly ticks: bigint;
  readonly bytes: Uint8Array;
  /** What it had on the wire. */
  readonly originalLength: number;
  readonly comments: readonly string[];
}

export class PcapngWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #interfaces = 0;

  constructor(application: string) {
    this.#block(SECTION_HEADER, () => {
      this.#u32(BYTE_ORDER_MAGIC);
      this.#u16(1);
      this.#u16(0);
      // The section's length is not known yet.
      this.#u64(0xffff_ffff_ffff_ffffn);
      this.#text(SHB_USERAPPL, application);
      this.#endOfOptions();
    });
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#end;
  }

  /** What was laid out since the last call: the caller's own. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#end);
    this.#end = 0;
    return taken;
  }

  /** Returns the number that packets and statistics of the interface name. `from`: what it is of, in words. */
  addInterface({ name, linkType, snapLength, resolution, offset }: InterfaceDescription, from: string): number {
    this.#block(INTERFACE_DESCRIPTION, () => {
      this.#u16(linkType);
      this.#u16(0);
      this.#u32(snapLength);
      if (name !== "") this.#text(IF_NAME, name);
      if (from !== "") this.#text(IF_DESCRIPTION, from);
      this.#option(IF_TSRESOL, Uint8Array.of(resolution));
      if (offset !== 0) this.#u64Option(IF_TSOFFSET, BigInt.asUintN(64, BigInt(offset)));
      this.#endOfOptions();
    });
    return this.#interfaces++;
  }

  packet({ interface: number, ticks, bytes, originalLength, comments }: WrittenPacket): void {
    this.#block(ENHANCED_PACKET, () => {
      this.#u32(number);
      this.#u32(Number(BigInt.asUintN(32, ticks >> 32n)));
      this.#u32(Number(BigInt.asUintN(32, ticks)));
      this.#u32(bytes.length);
      this.#u32(originalLength);
      this.#padded(bytes);
      for (const comment of comments) this.#text(OPT_COMMENT, comment);
      if (comments.length > 0) this.#endOfOptions();
    });
  }

  secrets(type: number, bytes: Uint8Array): void {
    this.#block(DECRYPTION_SECRETS, () => {
      this.#u32(type);
      this.#u32(bytes.length);
      this.#padded(bytes);
    });
  }

  /** `address`: as text. What is no address is left out. */
  name(address: string, name: string): void {
    const bytes = bytesOfAddress(address);
    if (bytes === undefined) return;
    const text = utf8.encode(name);
    this.#block(NAME_RESOLUTION, () => {
      this.#u16(isIPv4(address) ? NRB_IPV4 : NRB_IPV6);
      this.#u16(bytes.length + text.length + 1);
      this.#padded(Uint8Array.of(...bytes, ...text, 0));
      // nrb_record_end
      this.#u32(0);
    });
  }

  /** Packets that the capturing program dropped on an interface. */
  dropped(interfaceNumber: number, count: number): void {
    this.#block(INTERFACE_STATISTICS, () => {
      this.#u32(interfaceNumber);
      this.#u64(0n);
      this.#u64Option(ISB_IFDROP, BigInt(count));
      this.#endOfOptions();
    });
  }

  #block(type: number, body: () => void): void {
    const start = this.#end;
    this.#u32(type);
    this.#u32(0);
    body();
    const length = this.#end + 4 - start;
    this.#u32(length);
    this.#view.setUint32(start + 4, length, true);
  }

  #text(code: number, text: string): void {
    const bytes = utf8.encode(text);
    this.#option(code, bytes.length > LONGEST_OPTION ? wholeCharacters(bytes, LONGEST_OPTION) : bytes);
  }

  #option(code: number, value: Uint8Array): void {
    this.#u16(code);
    this.#u16(value.length);
    this.#padded(value);
  }

  #u64Option(code: number, value: bigint): void {
    this.#u16(code);
    this.#u16(8);
    this.#u64(value);
  }

  #endOfOptions(): void {
    this.#option(OPT_ENDOFOPT, EMPTY);
  }

  #padded(bytes: Uint8Array): void {
    const length = padded(bytes.length);
    this.#reserve(length);
    this.#bytes.set(bytes, this.#end);
    this.#bytes.fill(0, this.#end + bytes.length, this.#end + length);
    this.#end += length;
  }

  #u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#end, value, true);
    this.#end += 2;
  }

  #u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#end, value, true);
    this.#end += 4;
  }

  #u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#end, value, true);
    this.#end += 8;
  }

  #reserve(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + count));
    longer.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = longer;
    this.#view = new DataView(longer.buffer);
  }
}

/** The longest beginning that does not cut a character of UTF-8 (RFC 3629 §3) in two. */
function wholeCharacters(bytes: Uint8Array, most: number): Uint8Array {
  let end = most;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
