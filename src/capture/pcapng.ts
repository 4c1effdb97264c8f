// Finds the blocks of a pcapng file (draft-ietf-opsawg-pcapng §3.1) and keeps going behind a broken one.
import { ByteQueue } from "../wire/byte-queue.ts";
import { figure } from "../wire/figure.ts";
import { MAX_BLOCK_BYTES } from "../wire/limits.ts";
import type { CaptureFormat, CaptureReader, CaptureSink, InterfaceDescription, Packet } from "./packet.ts";
import {
  type BlockHeader,
  EMPTY_BLOCK,
  ENHANCED_PACKET,
  isLikely,
  isPossibleLength,
  readBlockHeader,
  SECTION_HEADER,
} from "./pcapng-blocks.ts";
import { padded } from "./pcapng-options.ts";
import { PcapngSections } from "./pcapng-section.ts";
import { type Damage, damageCode, describeDamage, hasAhead, type Plausibility, skipToRecord } from "./record-search.ts";

/**
 * `Packet.interface` counts interfaces over all sections of the file, as Wireshark does. `Packet.number` counts what Wireshark numbers:
 * packets, and custom, systemd journal and sysdig event blocks, which are not handed on.
 */
export const pcapng: CaptureFormat = {
  name: "pcapng",
  magicLength: EMPTY_BLOCK,
  recognize(start) {
    const view = new DataView(start.buffer, start.byteOffset, start.length);
    if (start.length >= EMPTY_BLOCK) return readBlockHeader(view, 0, undefined) !== undefined;
    return start.length >= 4 && view.getUint32(0) === SECTION_HEADER;
  },
  open: (sink) => new PcapngReader(sink),
};

class PcapngReader implements CaptureReader {
  readonly #queue = new ByteQueue();
  readonly #sections: PcapngSections;
  #state: "blocks" | "search" | "over" = "blocks";
  #ended = false;
  #description = "pcapng";
  /** Whether a section header block was read, without which the byte order is unknown. */
  #hasSection = false;
  #hasToldOfPadding = false;
  #damage: Damage = { offset: 0, message: "", skipped: 0 };

  constructor(sink: CaptureSink) {
    this.#sections = new PcapngSections(sink);
  }

  describe(): string {
    return this.#description;
  }

  interfaceOf(packet: Packet): InterfaceDescription {
    return this.#sections.interfaceOf(packet);
  }

  ticksOf(packet: Packet): bigint | undefined {
    return this.#sections.ticksOf(packet);
  }

  push(chunk: Uint8Array): void {
    if (this.#state === "over") return;
    this.#queue.append(chunk);
    this.#read();
    this.#queue.keep();
  }

  end(): void {
    this.#ended = true;
    this.#read();
    while (this.#state === "blocks" && this.#queue.length > 0) this.#endInsideBlock();
    if (this.#state === "search") this.#sections.tell("malformed", describeDamage(this.#damage, false), this.#damage.offset);
    this.#state = "over";
    this.#sections.end();
  }

  #read(): void {
    while (this.#state !== "over") {
      if (this.#state === "search" && !this.#resume()) return;
      if (!this.#readBlocks()) return;
    }
  }

  /** Reads blocks until bytes are missing (false) or a search for the next block has to begin (true). */
  #readBlocks(): boolean {
    const queue = this.#queue;
    for (;;) {
      if (this.#hasSection) this.#walk();
      if (!queue.has(EMPTY_BLOCK)) return false;
      this.#refreshView();
      const header = readBlockHeader(this.#sections.view, queue.start, this.#section());
      if (!header)
        return this.#beginSearch(this.#hasSection ? "a section header block has no byte-order magic" : "no section header block");
      if (!isPossibleLength(header.length)) return this.#beginSearch(`a block says a total length of ${figure(header.length)} bytes`);
      const length = padded(header.length);
      if (!queue.has(length)) return false;
      this.#refreshView();
      const trailing = this.#sections.view.getUint32(queue.start + length - 4, header.littleEndian);
      if (trailing !== header.length) {
        const answer = this.#isFollowed(length);
        if (answer === "need more") return false;
        const problem = `a block's total length is ${header.length} at its beginning and ${trailing} at its end`;
        if (answer === "no") return this.#beginSearch(problem);
        this.#sections.tell("malformed", problem, queue.position);
      }
      this.#readBlock(header, length);
    }
  }

  /** The hot path: enhanced packet blocks that are whole in the contiguous bytes and have nothing out of the ordinary. */
  #walk(): void {
    const queue = this.#queue;
    const { end } = queue;
    if (end - queue.start < EMPTY_BLOCK) return;
    this.#refreshView();
    const sections = this.#sections;
    const { view, littleEndian } = sections;
    let at = queue.start;
    while (at + 32 <= end && view.getUint32(at, littleEndian) === ENHANCED_PACKET) {
      const length = view.getUint32(at + 4, littleEndian);
      const next = at + length;
      if (length < 32 || length > MAX_BLOCK_BYTES || length % 4 !== 0 || next > end) break;
      if (view.getUint32(next - 4, littleEndian) !== length || !sections.readEnhancedPacket(at, next)) break;
      at = next;
    }
    queue.skip(at - queue.start);
  }

  #readBlock(header: BlockHeader, length: number): void {
    const queue = this.#queue;
    if (length !== header.length && !this.#hasToldOfPadding) {
      this.#hasToldOfPadding = true;
      this.#sections.tell(
        "malformed",
        `a block's total length of ${header.length} is no multiple of 4; it is read as padded`,
        queue.position,
      );
    }
    if (header.type === SECTION_HEADER && !this.#hasSection) {
      this.#hasSection = true;
      this.#description = `pcapng (${header.littleEndian ? "little" : "big"}-endian)`;
    }
    this.#sections.readBlock(header, queue.start, queue.position);
    queue.skip(length);
  }

  #section(): { readonly littleEndian: boolean } | undefined {
    return this.#hasSection ? this.#sections : undefined;
  }

  /** Whether a block, or the file's end, is `length` bytes behind the queue's start. */
  #isFollowed(length: number): Plausibility {
    const after = this.#queue.length - length;
    return this.#ended && after >= 0 && after < EMPTY_BLOCK ? "yes" : this.#isBlock(length);
  }

  /** Whether `ahead` of the queue's start lies a block of a known type whose two lengths agree. */
  #isBlock(ahead: number): Plausibility {
    const queue = this.#queue;
    const unknown = this.#ended ? "no" : "need more";
    if (!hasAhead(queue, ahead + EMPTY_BLOCK)) return unknown;
    this.#refreshView();
    const header = readBlockHeader(this.#sections.view, queue.start + ahead, this.#section());
    if (!header || !isLikely(header)) return "no";
    if (!hasAhead(queue, ahead + header.length)) return unknown;
    this.#refreshView();
    const trailing = this.#sections.view.getUint32(queue.start + ahead + header.length - 4, header.littleEndian);
    return trailing === header.length ? "yes" : "no";
  }

  #beginSearch(message: string): true {
    this.#damage = { offset: this.#queue.position, message, skipped: 0 };
    this.#state = "search";
    return true;
  }

  /** Goes on searching; whether blocks can be read again. */
  #resume(): boolean {
    const result = skipToRecord(this.#queue, this.#damage, () => this.#isBlock(0));
    if (result === "need more") return false;
    this.#sections.tell(damageCode(this.#damage), describeDamage(this.#damage, result === "found"), this.#damage.offset);
    this.#state = result === "found" ? "blocks" : "over";
    return result === "found";
  }

  /** The file ended inside a block; unless the block's length is the damage and another block hides in its bytes. */
  #endInsideBlock(): void {
    const { position, length } = this.#queue;
    const damage: Damage = { offset: position, message: "a block says more bytes than the file has", skipped: 0 };
    if (skipToRecord(this.#queue, damage, () => this.#isBlock(0)) === "found") {
      this.#sections.tell("malformed", describeDamage(damage, true), position);
      this.#read();
      return;
    }
    this.#sections.tell("truncated", `the file ends inside a block, ${figure(length)} bytes after its beginning`, position);
    this.#state = "over";
  }

  #refreshView(): void {
    const { bytes } = this.#queue;
    const { packet, view } = this.#sections;
    if (packet.bytes === bytes && view.byteLength === bytes.length) return;
    packet.bytes = bytes;
    this.#sections.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
