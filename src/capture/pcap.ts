// Classic libpcap files (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and a packet each.
import { type Anomaly, type AnomalyCode, anomaly } from "../wire/anomaly.ts";
import { ByteQueue } from "../wire/byte-queue.ts";
import { figure } from "../wire/figure.ts";
import { MAX_PACKET_BYTES } from "../wire/limits.ts";
import { SECOND } from "../wire/timestamp.ts";
import type { CaptureFormat, CaptureReader, CaptureSink, InterfaceDescription, Packet } from "./packet.ts";
import { type Damage, damageCode, describeDamage, hasAhead, type Plausibility, skipToRecord } from "./record-search.ts";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: a file may say a smaller snap length and hold larger packets (offload). */
const USUAL_MAX_CAPTURED = 262_144;
/** How far the time of a record that is found after damage may be from the last good one. */
const MAX_TIME_JUMP = 30 * 86_400 * SECOND;

interface Variant {
  readonly magic: number;
  /** What the fraction of a second is counted in; absent in files whose records have another shape. */
  readonly fraction?: "microseconds" | "nanoseconds";
  readonly modification?: string;
}

/** Magic numbers that libpcap's sf-pcap.c and Wireshark's libpcap.h know. */
const VARIANTS: readonly Variant[] = [
  { magic: 0xa1b2c3d4, fraction: "microseconds" },
  { magic: 0xa1b23c4d, fraction: "nanoseconds" },
  { magic: 0xa1b2cd34, modification: "Alexey Kuznetzov's patched libpcap" },
  { magic: 0xa1b234cd, modification: "Francisco Mesquita's patched libpcap" },
  { magic: 0xa12b3c4d, modification: "Navtel" },
  { magic: 0x1c0001ac, modification: "IXIA lcap, hardware" },
  { magic: 0x1c0001ab, modification: "IXIA lcap, software" },
];

export const pcap: CaptureFormat = {
  name: "pcap",
  magicLength: 4,
  recognize: (start) => findVariant(start) !== undefined,
  open: (sink) => new PcapReader(sink),
};

interface FoundVariant extends Variant {
  readonly littleEndian: boolean;
}

function findVariant(start: Uint8Array): FoundVariant | undefined {
  if (start.length < 4) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  for (const littleEndian of [true, false]) {
    const variant = VARIANTS.find(({ magic }) => magic === view.getUint32(0, littleEndian));
    if (variant) return { ...variant, littleEndian };
  }
  return undefined;
}

class PcapReader implements CaptureReader {
  readonly #sink: CaptureSink;
  readonly #queue = new ByteQueue();
  readonly #packet: Packet;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #state: "file header" | "records" | "search" | "over" = "file header";
  #ended = false;
  #description = "pcap";
  #littleEndian = true;
  #nanoseconds = false;
  #oldLengths = false;
  #snapLength = 0;
  #interface: InterfaceDescription | undefined;
  #maxCaptured = USUAL_MAX_CAPTURED;
  #damage: Damage = { offset: 0, message: "", skipped: 0 };

  constructor(sink: CaptureSink) {
    this.#sink = sink;
    this.#packet = { number: 0, timestamp: 0, linkType: 0, interface: 0, bytes: this.#queue.bytes, start: 0, end: 0, originalLength: 0 };
  }

  describe(): string {
    return this.#description;
  }

  interfaceOf(): InterfaceDescription {
    this.#interface ??= {
      name: "",
      linkType: this.#packet.linkType,
      snapLength: this.#snapLength,
      resolution: this.#nanoseconds ? 9 : 6,
      offset: 0,
    };
    return this.#interface;
  }

  ticksOf({ start }: Packet): bigint {
    const at = start - RECORD_HEADER;
    const seconds = this.#view.getUint32(at, this.#littleEndian);
    const fraction = this.#view.getUint32(at + 4, this.#littleEndian);
    return BigInt(seconds) * (this.#nanoseconds ? 1_000_000_000n : 1_000_000n) + BigInt(fraction);
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
    while (this.#state === "records" && this.#queue.length > 0) this.#endInsideRecord();
    if (this.#state === "file header" && this.#queue.length > 0) {
      this.#anomaly("truncated", `the file ends inside its header of ${FILE_HEADER} bytes`, 0);
    }
    if (this.#state === "search") this.#anomaly("malformed", describeDamage(this.#damage, false), this.#damage.offset);
    this.#state = "over";
  }

  #read(): void {
    if (this.#state === "file header") this.#readFileHeader();
    while (this.#state === "records" || this.#state === "search") {
      if (this.#state === "search" && !this.#resume()) return;
      if (!this.#readRecords()) return;
    }
  }

  #readFileHeader(): void {
    const queue = this.#queue;
    if (!queue.has(4)) return;
    const variant = findVariant(queue.bytes.subarray(queue.start, queue.start + 4));
    if (!variant) {
      this.#refuse("malformed", "the file does not begin with a pcap magic number");
      return;
    }
    if (variant.modification !== undefined) {
      this.#description = `pcap (modified: ${variant.modification}; not read)`;
      this.#refuse("unsupported", `a modified pcap (${variant.modification}) has records of another shape; convert it with editcap`);
      return;
    }
    const { littleEndian } = variant;
    this.#littleEndian = littleEndian;
    this.#nanoseconds = variant.fraction === "nanoseconds";
    this.#description = `pcap (${variant.fraction}, ${littleEndian ? "little" : "big"}-endian)`;
    if (!queue.has(FILE_HEADER)) return;
    this.#refreshView();
    const major = this.#view.getUint16(queue.start + 4, littleEndian);
    if (major !== 2) {
      this.#refuse("unsupported", `pcap version ${major}; only version 2 is known`);
      return;
    }
    // Before version 2.4 some writers had the two lengths in the other order; the captured one is never the larger.
    this.#oldLengths = this.#view.getUint16(queue.start + 6, littleEndian) < 4;
    this.#snapLength = this.#view.getUint32(queue.start + 16, littleEndian);
    this.#maxCaptured = Math.min(Math.max(this.#snapLength, USUAL_MAX_CAPTURED), MAX_PACKET_BYTES);
    // The upper 16 bits hold the frame check sequence's length and flags (draft-ietf-opsawg-pcap §4).
    this.#packet.linkType = this.#view.getUint32(queue.start + 20, littleEndian) & 0xffff;
    queue.skip(FILE_HEADER);
    this.#state = "records";
  }

  /** Reads records until bytes are missing (false) or a search for the next record has to begin (true). */
  #readRecords(): boolean {
    const queue = this.#queue;
    for (;;) {
      this.#walk();
      if (!queue.has(RECORD_HEADER)) return false;
      this.#refreshView();
      const first = this.#view.getUint32(queue.start + 8, this.#littleEndian);
      const second = this.#view.getUint32(queue.start + 12, this.#littleEndian);
      const swapped = this.#oldLengths && first > second;
      const captured = swapped ? second : first;
      const original = swapped ? first : second;
      if (captured > MAX_PACKET_BYTES) return this.#beginSearch(captured);
      if (captured === 0 || captured > original || captured > this.#maxCaptured) {
        const answer = this.#isFollowed(captured);
        if (answer === "need more") return false;
        if (answer === "no") return this.#beginSearch(captured);
      }
      if (!queue.has(RECORD_HEADER + captured)) return false;
      this.#refreshView();
      this.#hand(queue.start, captured, original);
      queue.skip(RECORD_HEADER + captured);
    }
  }

  /** The hot path: records that are whole in the contiguous bytes and have nothing doubtful. */
  #walk(): void {
    const queue = this.#queue;
    if (queue.end - queue.start < RECORD_HEADER) return;
    this.#refreshView();
    const view = this.#view;
    const littleEndian = this.#littleEndian;
    const limit = this.#maxCaptured;
    const last = queue.end - RECORD_HEADER;
    let at = queue.start;
    while (at <= last) {
      const captured = view.getUint32(at + 8, littleEndian);
      const original = view.getUint32(at + 12, littleEndian);
      if (captured === 0 || captured > original || captured > limit || at + captured > last) break;
      this.#hand(at, captured, original);
      at += RECORD_HEADER + captured;
    }
    queue.skip(at - queue.start);
  }

  #hand(at: number, captured: number, originalLength: number): void {
    const packet = this.#packet;
    const fraction = this.#view.getUint32(at + 4, this.#littleEndian);
    packet.number++;
    packet.timestamp = this.#view.getUint32(at, this.#littleEndian) * SECOND + (this.#nanoseconds ? fraction / 1000 : fraction);
    packet.start = at + RECORD_HEADER;
    packet.end = packet.start + captured;
    packet.originalLength = originalLength;
    this.#sink.packet(packet);
  }

  /** Whether the doubtful record at the queue's start ends where another one, or the file's end, is. */
  #isFollowed(captured: number): Plausibility {
    const next = RECORD_HEADER + captured;
    const after = this.#queue.length - next;
    return this.#ended && after >= 0 && after < RECORD_HEADER ? "yes" : this.#mayBeRecord(next);
  }

  /** Whether a header `ahead` of the queue's start says possible lengths and a time near the last one. */
  #mayBeRecord(ahead: number): Plausibility {
    const queue = this.#queue;
    if (!hasAhead(queue, ahead + RECORD_HEADER)) return this.#ended ? "no" : "need more";
    this.#refreshView();
    const at = queue.start + ahead;
    const captured = this.#view.getUint32(at + 8, this.#littleEndian);
    if (captured === 0 || captured > this.#maxCaptured) return "no";
    if (this.#view.getUint32(at + 12, this.#littleEndian) > MAX_PACKET_BYTES) return "no";
    if (this.#view.getUint32(at + 4, this.#littleEndian) >= 1e9) return "no";
    const time = this.#view.getUint32(at, this.#littleEndian) * SECOND;
    return this.#packet.number > 0 && Math.abs(time - this.#packet.timestamp) > MAX_TIME_JUMP ? "no" : "yes";
  }

  #beginSearch(captured: number): true {
    const message = `a record header says ${figure(captured)} captured bytes and no record follows them`;
    this.#damage = { offset: this.#queue.position, message, skipped: 0 };
    this.#state = "search";
    return true;
  }

  /** Goes on searching; whether records can be read again. Two headers in a row are taken for a record, one is chance. */
  #resume(): boolean {
    const result = skipToRecord(this.#queue, this.#damage, () => this.#beginsRecord());
    if (result === "need more") return false;
    this.#anomaly(damageCode(this.#damage), describeDamage(this.#damage, result === "found"), this.#damage.offset);
    this.#state = result === "found" ? "records" : "over";
    return result === "found";
  }

  #beginsRecord(): Plausibility {
    const answer = this.#mayBeRecord(0);
    if (answer !== "yes") return answer;
    return this.#isFollowed(this.#view.getUint32(this.#queue.start + 8, this.#littleEndian));
  }

  /** The file ended inside a record; unless the record's length is the damage and another record hides in its bytes. */
  #endInsideRecord(): void {
    const { position, length } = this.#queue;
    const damage: Damage = { offset: position, message: "a record header says more bytes than the file has", skipped: 0 };
    if (skipToRecord(this.#queue, damage, () => this.#beginsRecord()) === "found") {
      this.#anomaly("malformed", describeDamage(damage, true), position);
      this.#read();
      return;
    }
    this.#anomaly("truncated", `the file ends inside a record, ${figure(length)} bytes after its beginning`, position);
    this.#state = "over";
  }

  #refuse(code: AnomalyCode, message: string): void {
    this.#state = "over";
    this.#anomaly(code, message, 0);
  }

  #anomaly(code: Anomaly["code"], message: string, offset: number): void {
    this.#sink.anomaly(anomaly(code, message, { layer: "pcap", offset }));
  }

  #refreshView(): void {
    const { bytes } = this.#queue;
    if (this.#packet.bytes === bytes && this.#view.byteLength === bytes.length) return;
    this.#packet.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
