// Reads the blocks of pcapng sections whose frame was found to be right: what they say goes to the sink.
import { type AnomalyCode, anomaly } from "../wire/anomaly.ts";
import { MAX_INTERFACES } from "../wire/limits.ts";
import { type CaptureSink, type InterfaceDescription, type Packet, TLS_KEY_LOG } from "./packet.ts";
import {
  type BlockHeader,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  isFrame,
  NAME_RESOLUTION,
  PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
  shortestLength,
} from "./pcapng-blocks.ts";
import { type Interface, readInterface, readStatistics } from "./pcapng-interface.ts";
import { readNames } from "./pcapng-names.ts";
import { readOptions, type SectionView } from "./pcapng-options.ts";
import { ticksToTimestamp } from "./tick-clock.ts";

/** Offsets that packet blocks and enhanced packet blocks share (§4.3, appendix A), and that of a simple packet block's data (§4.4). */
const PACKET_DATA = 28;
const SIMPLE_PACKET_DATA = 12;
/** Where the options of a section header block begin (§4.1). */
const SECTION_OPTIONS = 24;
const OPT_COMMENT = 1;

export class PcapngSections implements SectionView {
  /** View of `packet.bytes`. */
  view: DataView = new DataView(new ArrayBuffer(0));
  littleEndian = true;
  readonly packet: Packet = {
    number: 0,
    timestamp: 0,
    linkType: 0,
    interface: 0,
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    originalLength: 0,
  };
  readonly #sink: CaptureSink;
  /** Of the section that is being read. */
  #interfaces: Interface[] = [];
  /** Interfaces of the sections before: the file-wide index of this section's first. */
  #firstInterface = 0;
  #isReadable = true;
  /** Whether the packet that is handed on is from a simple packet block. */
  #isTimeless = false;
  #hasToldOfTimeless = false;
  #hasToldOfInterfaces = false;
  readonly #lost = new Map<number, number>();

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  interfaceOf(packet: Packet): InterfaceDescription {
    return this.#interfaces[packet.interface - this.#firstInterface]!;
  }

  ticksOf({ start }: Packet): bigint | undefined {
    if (this.#isTimeless) return undefined;
    const at = start - PACKET_DATA;
    return (BigInt(this.view.getUint32(at + 12, this.littleEndian)) << 32n) | BigInt(this.view.getUint32(at + 16, this.littleEndian));
  }

  /** Reads the enhanced packet block at [at, next); false, and nothing was done, when it has anything out of the ordinary. */
  readEnhancedPacket(at: number, next: number): boolean {
    const { view, littleEndian } = this;
    const id = view.getUint32(at + 8, littleEndian);
    const captured = view.getUint32(at + 20, littleEndian);
    const from = this.#interfaces[id];
    if (!from || captured > next - at - PACKET_DATA - 4) return false;
    this.packet.number++;
    this.#handPacket(at, id, from, captured);
    return true;
  }

  /** Reads the block at `at`, whose whole length is there. `position`: its offset in the file. */
  readBlock(header: BlockHeader, at: number, position: number): void {
    const { type, length } = header;
    if (type !== SECTION_HEADER && !this.#isReadable) return;
    if (isFrame(type)) this.packet.number++;
    if (length < shortestLength(type)) {
      this.tell("malformed", `a block of type ${type} has ${length} bytes; it needs ${shortestLength(type)}`, position, isFrame(type));
      return;
    }
    this.#read(header, at, at + length - 4, position);
  }

  #read({ type, littleEndian }: BlockHeader, at: number, end: number, position: number): void {
    if (type === SECTION_HEADER) this.#beginSection(at, end, littleEndian, position);
    else if (type === INTERFACE_DESCRIPTION) this.#addInterface(at, end, position);
    else if (type === ENHANCED_PACKET || type === PACKET) this.#readPacket(type, at, end, position);
    else if (type === SIMPLE_PACKET) this.#readSimplePacket(at, end, position);
    else if (type === NAME_RESOLUTION) this.#readNames(at, end, position);
    else if (type === INTERFACE_STATISTICS) this.#readStatistics(at, end);
    else if (type === DECRYPTION_SECRETS) this.#readSecrets(at, end, position);
  }

  /** Losses are told once, when the last statistics of each interface are known. */
  end(): void {
    for (const [index, count] of this.#lost) if (count > 0) this.#sink.lost(count, index);
  }

  #beginSection(at: number, end: number, littleEndian: boolean, position: number): void {
    this.littleEndian = littleEndian;
    this.#firstInterface += this.#interfaces.length;
    this.#interfaces = [];
    const major = this.view.getUint16(at + 12, littleEndian);
    this.#isReadable = major === 1;
    if (this.#isReadable) this.#readComments(at + SECTION_OPTIONS, end);
    else this.tell("unsupported", `pcapng version ${major}; only version 1 is known. The section is not read`, position);
  }

  /** People paste key logs there; whoever reads secrets passes over all else. */
  #readComments(from: number, end: number): void {
    readOptions(this, from, end, (code, start, length) => {
      if (code === OPT_COMMENT) this.#sink.secrets(TLS_KEY_LOG, this.packet.bytes.subarray(start, start + length), true);
    });
  }

  #addInterface(at: number, end: number, position: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES) {
      if (!this.#hasToldOfInterfaces) this.tell("limit", `more than ${MAX_INTERFACES} interfaces in one section`, position);
      this.#hasToldOfInterfaces = true;
      return;
    }
    const added = readInterface(this, this.packet.bytes, at, end);
    this.#interfaces.push(added);
    if (added.problem !== undefined) this.tell("malformed", added.problem, position);
  }

  #readPacket(type: number, at: number, end: number, position: number): void {
    const id = type === PACKET ? this.view.getUint16(at + 8, this.littleEndian) : this.view.getUint32(at + 8, this.littleEndian);
    const captured = this.view.getUint32(at + 20, this.littleEndian);
    const from = this.#interfaces[id];
    if (!from) this.tell("malformed", `a packet is from interface ${id}, which no block describes`, position, true);
    else if (captured > end - at - PACKET_DATA)
      this.tell("malformed", `a packet of ${captured} bytes is longer than its block`, position, true);
    else this.#handPacket(at, id, from, captured);
  }

  #handPacket(at: number, id: number, from: Interface, captured: number): void {
    const { packet, view, littleEndian } = this;
    packet.timestamp = ticksToTimestamp(from.clock, view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian));
    packet.originalLength = view.getUint32(at + 24, littleEndian);
    packet.linkType = from.linkType;
    packet.interface = this.#firstInterface + id;
    packet.start = at + PACKET_DATA;
    packet.end = packet.start + captured;
    this.#sink.packet(packet);
  }

  /** It has no interface (it is from the first), no captured length (the snap length tells it) and no time (that of the packet before). */
  #readSimplePacket(at: number, end: number, position: number): void {
    const { packet } = this;
    const from = this.#interfaces[0];
    if (!from) {
      this.tell("malformed", "a simple packet block before any interface description block", position, true);
      return;
    }
    if (!this.#hasToldOfTimeless) {
      this.tell("unsupported", "simple packet blocks have no time; that of the packet before is used", position, true);
      this.#hasToldOfTimeless = true;
    }
    packet.originalLength = this.view.getUint32(at + 8, this.littleEndian);
    const captured = Math.min(packet.originalLength, from.snapLength === 0 ? packet.originalLength : from.snapLength);
    packet.linkType = from.linkType;
    packet.interface = this.#firstInterface;
    packet.start = at + SIMPLE_PACKET_DATA;
    packet.end = packet.start + Math.min(captured, end - packet.start);
    this.#isTimeless = true;
    this.#sink.packet(packet);
    this.#isTimeless = false;
  }

  #readNames(at: number, end: number, position: number): void {
    const whole = readNames(this, this.packet.bytes, at, end, (address, name) => this.#sink.name(address, name));
    if (!whole) this.tell("malformed", "a record runs beyond its name resolution block", position);
  }

  #readStatistics(at: number, end: number): void {
    const { interfaceId, lost } = readStatistics(this, at, end);
    if (lost === undefined || lost === 0 || interfaceId >= this.#interfaces.length) return;
    const index = this.#firstInterface + interfaceId;
    // A file of a million sections has as many interfaces: the rest of their losses are one number.
    this.#lost.set(this.#lost.has(index) || this.#lost.size < MAX_INTERFACES ? index : -1, lost);
  }

  #readSecrets(at: number, end: number, position: number): void {
    const type = this.view.getUint32(at + 8, this.littleEndian);
    const length = this.view.getUint32(at + 12, this.littleEndian);
    if (length > end - at - 16) this.tell("malformed", `${length} bytes of secrets are longer than their block`, position);
    else this.#sink.secrets(type, this.packet.bytes.subarray(at + 16, at + 16 + length));
  }

  tell(code: AnomalyCode, message: string, offset: number, ofPacket = false): void {
    const where = { layer: "pcapng", offset, ...(ofPacket ? { packet: this.packet.number } : {}) };
    this.#sink.anomaly(anomaly(code, message, where));
  }
}
