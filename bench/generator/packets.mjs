// Packets of a pcap file, written one behind the other into chunks. TCP checksums are left 0, as a capture of a host that offloads them.
import { writeSync } from "node:fs";

const CHUNK = 4 << 20;
const RECORD = 16;
const ETHERNET = 14;
const IP = 20;
/** With the timestamps option, as Linux sends. */
const TCP = 32;
const HEADERS = RECORD + ETHERNET + IP + TCP;
export const MSS = 1448;

export const FIN_ACK = 0x11;
export const SYN = 0x02;
export const SYN_ACK = 0x12;
export const ACK = 0x10;
export const PSH_ACK = 0x18;

/** 2026-11-22T00:00:00Z. */
const START_SECONDS = 1_795_305_600;

export class PacketWriter {
  bytes = new Uint8Array(CHUNK);
  packets = 0;
  #fd;
  #at = 0;
  #written = 0;
  #seconds = START_SECONDS;
  #micros = 0;
  #ipId = 0;
  #header = tcpHeaders();

  constructor(fd) {
    this.#fd = fd;
    const view = new DataView(this.bytes.buffer);
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, 262_144, true);
    view.setUint32(20, 1, true);
    this.#at = 24;
  }

  get total() {
    return this.#written + this.#at;
  }

  /** Seconds since the first packet. */
  get elapsed() {
    return this.#seconds - START_SECONDS + this.#micros / 1e6;
  }

  wait(micros) {
    this.#micros += micros;
    while (this.#micros >= 1_000_000) {
      this.#micros -= 1_000_000;
      this.#seconds++;
    }
  }

  /** A segment of a connection (see `Connection`); returns where in `this.bytes` its payload lies, to be patched before the next packet. */
  segment(connection, isClient, flags, payload, start, end) {
    const length = end - start;
    const bytes = this.bytes;
    const at = this.#begin(HEADERS - RECORD + length);
    bytes.set(this.#header, at + RECORD);
    const ip = at + RECORD + ETHERNET;
    const { client, server, clientPort, serverPort } = connection;
    const ipLength = IP + TCP + length;
    this.#ipId = (this.#ipId + 1) & 0xffff;
    bytes[ip + 2] = ipLength >>> 8;
    bytes[ip + 3] = ipLength;
    bytes[ip + 4] = this.#ipId >>> 8;
    bytes[ip + 5] = this.#ipId;
    const source = isClient ? client : server;
    const destination = isClient ? server : client;
    put32(bytes, ip + 12, source);
    put32(bytes, ip + 16, destination);
    // RFC 1071, over the words that differ from packet to packet and what the others add up to.
    let sum = 0x4500 + 0x4000 + 0x4006 + ipLength + this.#ipId;
    sum += (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = ~((sum & 0xffff) + (sum >>> 16));
    bytes[ip + 10] = sum >>> 8;
    bytes[ip + 11] = sum;
    const tcp = ip + IP;
    const from = isClient ? clientPort : serverPort;
    const to = isClient ? serverPort : clientPort;
    bytes[tcp] = from >>> 8;
    bytes[tcp + 1] = from;
    bytes[tcp + 2] = to >>> 8;
    bytes[tcp + 3] = to;
    put32(bytes, tcp + 4, isClient ? connection.clientNext : connection.serverNext);
    put32(bytes, tcp + 8, flags === SYN ? 0 : isClient ? connection.serverNext : connection.clientNext);
    bytes[tcp + 13] = flags;
    const millis = (this.#seconds - START_SECONDS) * 1000 + ((this.#micros / 1000) | 0) + 1;
    put32(bytes, tcp + 24, millis);
    put32(bytes, tcp + 28, flags === SYN ? 0 : millis);
    const at0 = tcp + TCP;
    if (length > 0) bytes.set(start === 0 && end === payload.length ? payload : payload.subarray(start, end), at0);
    const used = length + ((flags & 3) !== 0 ? 1 : 0);
    if (isClient) connection.clientNext = (connection.clientNext + used) >>> 0;
    else connection.serverNext = (connection.serverNext + used) >>> 0;
    return at0;
  }

  /** A whole Ethernet frame; returns where it lies, to be patched before the next packet. */
  frame(frame) {
    const at = this.#begin(frame.length) + RECORD;
    this.bytes.set(frame, at);
    return at;
  }

  flush() {
    let from = 0;
    while (from < this.#at) {
      try {
        from += writeSync(this.#fd, this.bytes, from, this.#at - from);
      } catch (error) {
        // A pipe whose reader is slower.
        if (error.code !== "EAGAIN") throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    this.#written += this.#at;
    this.#at = 0;
  }

  #begin(length) {
    if (this.#at + RECORD + length > CHUNK) this.flush();
    this.wait(7);
    const at = this.#at;
    const bytes = this.bytes;
    put32le(bytes, at, this.#seconds);
    put32le(bytes, at + 4, this.#micros);
    put32le(bytes, at + 8, length);
    put32le(bytes, at + 12, length);
    this.#at = at + RECORD + length;
    this.packets++;
    return at;
  }
}

/** One TCP connection: addresses as numbers, and the next sequence number of each side. */
export class Connection {
  client = 0;
  server = 0;
  clientPort = 0;
  serverPort = 0;
  clientNext = 0;
  serverNext = 0;
  isOpen = false;
  /** Exchanges since it was opened. */
  exchanges = 0;

  open(writer, random) {
    this.clientNext = random.next();
    this.serverNext = random.next();
    this.exchanges = 0;
    this.isOpen = true;
    writer.segment(this, true, SYN, NOTHING, 0, 0);
    writer.segment(this, false, SYN_ACK, NOTHING, 0, 0);
    writer.segment(this, true, ACK, NOTHING, 0, 0);
  }

  close(writer) {
    if (!this.isOpen) return;
    this.isOpen = false;
    writer.segment(this, true, FIN_ACK, NOTHING, 0, 0);
    writer.segment(this, false, FIN_ACK, NOTHING, 0, 0);
    writer.segment(this, true, ACK, NOTHING, 0, 0);
    this.clientPort = this.clientPort === 60_999 ? 32_768 : this.clientPort + 1;
  }

  acknowledge(writer, isClient) {
    writer.segment(this, isClient, ACK, NOTHING, 0, 0);
  }

  /** In full segments. Returns where the last one's payload lies: what is patched must be one segment. */
  send(writer, isClient, payload, length = payload.length) {
    let at = 0;
    for (; at + MSS < length; at += MSS) writer.segment(this, isClient, ACK, payload, at, at + MSS);
    return writer.segment(this, isClient, PSH_ACK, payload, at, length);
  }
}

const NOTHING = new Uint8Array(0);

export function put32(bytes, at, value) {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function put32le(bytes, at, value) {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

const HEX = new Uint8Array(512);
for (let i = 0; i < 256; i++) HEX.set(Buffer.from(i.toString(16).padStart(2, "0"), "latin1"), i * 2);

/** Eight hexadecimal digits. */
export function putHex32(bytes, at, value) {
  for (let i = 0; i < 4; i++) {
    const byte = ((value >>> (24 - 8 * i)) & 255) * 2;
    bytes[at + 2 * i] = HEX[byte];
    bytes[at + 2 * i + 1] = HEX[byte + 1];
  }
}

export function putDecimal(bytes, at, value, digits) {
  let rest = value;
  for (let i = digits - 1; i >= 0; i--) {
    bytes[at + i] = 0x30 + (rest % 10);
    rest = (rest / 10) | 0;
  }
}

function tcpHeaders() {
  const bytes = new Uint8Array(HEADERS - RECORD);
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]);
  bytes.set([0x40, 0, 64, 6], ETHERNET + 6);
  const tcp = ETHERNET + IP;
  bytes[tcp + 12] = (TCP / 4) << 4;
  bytes.set([0xff, 0xff], tcp + 14);
  bytes.set([1, 1, 8, 10], tcp + 20);
  return bytes;
}
