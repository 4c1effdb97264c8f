// What captures that are made to hurt are put together from: packets, and records of a pcap file.

export const CHUNK = 1 << 20;

const LINKTYPE_ETHERNET = 1;

export const SYN = 2;

export const ACK = 0x10;

export const PSH_ACK = 0x18;

export const RST_ACK = 0x14;

export const TCP = 6;

export const UDP = 17;

/** Deterministic numbers (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Collects packets as records of a pcap file and hands out chunks. */
export class Pcap {
  #buffer = Buffer.alloc(CHUNK);
  #at = 0;
  #micros = 1_795_305_600_000_000;

  constructor(linkType = LINKTYPE_ETHERNET) {
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.writeUInt32LE(262_144, 16);
    this.#buffer.writeUInt32LE(linkType, 20);
    this.#at = 24;
  }

  /** A chunk that is full, if any; it is copied, since readers may be late. */
  *packet(bytes, stepMicros = 1) {
    if (this.#at + 16 + bytes.length > CHUNK) yield this.flush();
    this.#micros += stepMicros;
    this.#buffer.writeUInt32LE(Math.floor(this.#micros / 1_000_000), this.#at);
    this.#buffer.writeUInt32LE(this.#micros % 1_000_000, this.#at + 4);
    this.#buffer.writeUInt32LE(bytes.length, this.#at + 8);
    this.#buffer.writeUInt32LE(bytes.length, this.#at + 12);
    this.#buffer.set(bytes, this.#at + 16);
    this.#at += 16 + bytes.length;
  }

  flush() {
    const chunk = Buffer.from(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    return chunk;
  }
}

export function ip({ source = 0x0a000001, destination = 0x0a000002, protocol = TCP, fragment = 0, id = 0, payload }) {
  const bytes = Buffer.alloc(34 + payload.length);
  bytes.writeUInt16BE(0x0800, 12);
  bytes[14] = 0x45;
  bytes.writeUInt16BE(20 + payload.length, 16);
  bytes.writeUInt16BE(id & 0xffff, 18);
  bytes.writeUInt16BE(fragment, 20);
  bytes[22] = 64;
  bytes[23] = protocol;
  bytes.writeUInt32BE(source >>> 0, 26);
  bytes.writeUInt32BE(destination >>> 0, 30);
  bytes.set(payload, 34);
  return bytes;
}

export function tcp({ from = 40_000, to = 80, sequence = 1, acknowledgment = 1, flags = PSH_ACK, data = "" }) {
  const payload = typeof data === "string" ? Buffer.from(data, "latin1") : data;
  const bytes = Buffer.alloc(20 + payload.length);
  bytes.writeUInt16BE(from, 0);
  bytes.writeUInt16BE(to, 2);
  bytes.writeUInt32BE(sequence >>> 0, 4);
  bytes.writeUInt32BE(acknowledgment >>> 0, 8);
  bytes[12] = 0x50;
  bytes[13] = flags;
  bytes.writeUInt16BE(65_535, 14);
  bytes.set(payload, 20);
  return bytes;
}

export function udp({ from = 5353, to = 53, payload }) {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt16BE(from, 0);
  bytes.writeUInt16BE(to, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  bytes.set(payload, 8);
  return bytes;
}

export const server = { destination: 0x0a000002 };

/** One direction of one connection, in segments of `data`. */
export function* stream(data, count) {
  const pcap = new Pcap();
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  let sequence = 1;
  for (let i = 0; i < count; i++) {
    const text = data(i);
    yield* pcap.packet(ip({ ...server, payload: tcp({ sequence, data: text }) }));
    sequence = (sequence + text.length) >>> 0;
  }
  yield pcap.flush();
}
