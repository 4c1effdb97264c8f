// Builds pcap and pcapng files byte by byte, for tests.
export interface BuiltPacket {
  /** Microseconds since the epoch; a fraction survives in nanosecond captures. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Default: the number of captured bytes. */
  readonly originalLength?: number;
}

export interface PcapOptions {
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  readonly magic?: number;
  readonly version?: readonly [major: number, minor: number];
  readonly snapLength?: number;
  readonly linkType?: number;
}

export function buildPcap(packets: readonly BuiltPacket[], options: PcapOptions = {}): Uint8Array {
  const { littleEndian = true, nanoseconds = false, version = [2, 4], snapLength = 262_144, linkType = 1 } = options;
  const write = writer(littleEndian);
  const magic = options.magic ?? (nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  const header = concat(write.u32(magic), write.u16(version[0]), write.u16(version[1]), write.u32(0, 0, snapLength, linkType));
  return concat(header, ...packets.map((packet) => buildPcapRecord(packet, options)));
}

export function buildPcapRecord(packet: BuiltPacket, options: PcapOptions = {}): Uint8Array {
  const seconds = Math.floor(packet.at / 1e6);
  const micros = packet.at - seconds * 1e6;
  const fraction = Math.round(options.nanoseconds ? micros * 1000 : micros);
  const { length } = packet.bytes;
  return concat(writer(options.littleEndian ?? true).u32(seconds, fraction, length, packet.originalLength ?? length), packet.bytes);
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly name?: string;
  /** The byte of if_tsresol. */
  readonly resolution?: number;
  /** if_tsoffset, in seconds. */
  readonly offset?: bigint;
}

/** Blocks of one byte order. */
export function pcapngBlocks(littleEndian = true) {
  const write = writer(littleEndian);
  const block = (type: number, ...body: readonly Uint8Array[]) => {
    const data = padded(concat(...body));
    const length = write.u32(data.length + 12);
    return concat(write.u32(type), length, data, length);
  };
  const option = (code: number, value: Uint8Array) => concat(write.u16(code), write.u16(value.length), padded(value));
  const options = (list: readonly Uint8Array[]) => (list.length === 0 ? concat() : concat(...list, option(0, concat())));
  const packetBody = (id: Uint8Array, ticks: bigint, packet: Omit<BuiltPacket, "at">, list: readonly Uint8Array[]) => [
    id,
    write.u32(Number(ticks >> 32n), Number(ticks & 0xffffffffn), packet.bytes.length, packet.originalLength ?? packet.bytes.length),
    padded(packet.bytes),
    options(list),
  ];
  return {
    block,
    option,
    sectionHeader: (list: readonly Uint8Array[] = [], major = 1) =>
      block(0x0a0d0d0a, write.u32(0x1a2b3c4d), write.u16(major), write.u16(0), write.u64(-1n), options(list)),
    interfaceDescription({ linkType = 1, snapLength = 0, name, resolution, offset }: InterfaceOptions = {}) {
      const list: Uint8Array[] = [];
      if (name !== undefined) list.push(option(2, text(name)));
      if (resolution !== undefined) list.push(option(9, Uint8Array.of(resolution)));
      if (offset !== undefined) list.push(option(14, write.u64(offset)));
      return block(1, write.u16(linkType), write.u16(0), write.u32(snapLength), options(list));
    },
    enhancedPacket: (id: number, ticks: bigint, packet: Omit<BuiltPacket, "at">, list: readonly Uint8Array[] = []) =>
      block(6, ...packetBody(write.u32(id), ticks, packet, list)),
    packet: (id: number, ticks: bigint, packet: Omit<BuiltPacket, "at">) =>
      block(2, ...packetBody(concat(write.u16(id), write.u16(0)), ticks, packet, [])),
    simplePacket: (bytes: Uint8Array, originalLength = bytes.length) => block(3, write.u32(originalLength), bytes),
    nameResolution(records: readonly { readonly address: readonly number[]; readonly names: readonly string[] }[]) {
      const built = records.map(({ address, names }) => {
        const value = concat(Uint8Array.from(address), text(names.map((name) => `${name}\0`).join("")));
        return concat(write.u16(address.length === 4 ? 1 : 2), write.u16(value.length), padded(value));
      });
      return block(4, ...built, write.u32(0));
    },
    interfaceStatistics(id: number, counts: { readonly ifDrop?: bigint; readonly osDrop?: bigint }) {
      const list: Uint8Array[] = [];
      if (counts.ifDrop !== undefined) list.push(option(5, write.u64(counts.ifDrop)));
      if (counts.osDrop !== undefined) list.push(option(7, write.u64(counts.osDrop)));
      return block(5, write.u32(id, 0, 0), options(list));
    },
    decryptionSecrets: (type: number, bytes: Uint8Array) => block(10, write.u32(type, bytes.length), bytes),
    custom: (bytes: Uint8Array) => block(0x0bad, write.u32(32_473), bytes),
  };
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** `length` bytes that depend on `seed`, none of them zero. */
export function filler(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 1 + ((i * 31 + seed * 17) % 255));
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

function writer(littleEndian: boolean) {
  const build = (bytes: number, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(bytes));
    set(view);
    return new Uint8Array(view.buffer);
  };
  return {
    u16: (value: number) => build(2, (view) => view.setUint16(0, value, littleEndian)),
    u32: (...values: readonly number[]) => concat(...values.map((value) => build(4, (view) => view.setUint32(0, value, littleEndian)))),
    u64: (value: bigint) => build(8, (view) => view.setBigInt64(0, value, littleEndian)),
  };
}
