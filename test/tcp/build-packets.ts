// A TCP conversation as packets with real Ethernet, IPv4 and TCP headers: what tests shuffle, cut, drop and double.

import type { Packet } from "../../src/capture/packet.ts";
import type { Side } from "../../src/wire/endpoint.ts";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** 2026-11-22T00:00:00Z: any real time will do. */
const START = 1_795_305_600_000_000;
const STEP_US = 100;

export interface ConversationOptions {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly sequences?: readonly [client: number, server: number];
  readonly at?: number;
  /** False leaves out the TCP timestamps option. */
  readonly timestamps?: boolean;
}

export type Body = string | Uint8Array;

function otherSide(side: Side): Side {
  return side === "client" ? "server" : "client";
}

export function bytesOf(text: Body): Uint8Array {
  return typeof text === "string" ? Uint8Array.from(Buffer.from(text, "latin1")) : text;
}

/** Each call adds packets; what a side sends acknowledges everything the other side has sent before. */
export class Conversation {
  packets: Packet[] = [];
  at: number;
  readonly next: Record<Side, number>;
  readonly #options: Required<Omit<ConversationOptions, "at" | "sequences">>;
  #identification = 1;

  constructor(options: ConversationOptions = {}) {
    const { client = "10.0.0.1", server = "10.0.0.2", clientPort = 40_000, serverPort = 8080, timestamps = true } = options;
    this.#options = { client, server, clientPort, serverPort, timestamps };
    this.next = { client: (options.sequences ?? [1000, 5000])[0], server: (options.sequences ?? [1000, 5000])[1] };
    this.at = options.at ?? START;
  }

  open(): this {
    return this.segment("client", "", SYN)
      .segment("server", "", SYN | ACK)
      .segment("client", "", ACK);
  }

  /** One segment, or several of at most `size` bytes. */
  send(from: Side, body: Body, size = Number.POSITIVE_INFINITY): this {
    const bytes = bytesOf(body);
    for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length)) this.segment(from, bytes.subarray(at, at + size), PSH | ACK);
    return this;
  }

  acknowledge(from: Side): this {
    return this.segment(from, "", ACK);
  }

  close(first: Side = "client"): this {
    return this.segment(first, "", FIN | ACK)
      .segment(otherSide(first), "", FIN | ACK)
      .segment(first, "", ACK);
  }

  reset(from: Side): this {
    return this.segment(from, "", RST | ACK);
  }

  wait(micros: number): this {
    this.at += micros;
    return this;
  }

  /** Bytes that are sent and that the capture lacks. */
  lose(from: Side, body: Body): this {
    this.send(from, body);
    this.packets.pop();
    return this;
  }

  segment(from: Side, body: Body, flags: number, sequence = this.next[from]): this {
    const payload = bytesOf(body);
    const acknowledgment = (flags & ACK) === 0 ? 0 : this.next[otherSide(from)];
    const { client, server, clientPort, serverPort, timestamps } = this.#options;
    const [source, destination] = from === "client" ? [client, server] : [server, client];
    const [sourcePort, destinationPort] = from === "client" ? [clientPort, serverPort] : [serverPort, clientPort];
    const timestampValue = timestamps ? Math.floor(this.at / 1000) >>> 0 : 0;
    const tcp = tcpSegment({ sourcePort, destinationPort, sequence, acknowledgment, flags, timestampValue, payload });
    const bytes = ethernetFrame(
      0x0800,
      ipv4Packet({ source, destination, protocol: 6, identification: this.#identification++, payload: tcp }),
    );
    this.packets.push(packetOf(bytes, this.at));
    this.at += STEP_US;
    if (sequence === this.next[from]) this.next[from] = (sequence + payload.length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    return this;
  }
}

export function packetOf(bytes: Uint8Array, timestamp = START, linkType = 1): Packet {
  return { number: 0, timestamp, linkType, interface: 0, bytes, start: 0, end: bytes.length, originalLength: bytes.length };
}

/** As a snap length of `length` would have captured it. */
export function snap(packet: Packet, length: number): Packet {
  return { ...packet, end: Math.min(packet.end, packet.start + length) };
}

/** The same packets with frame numbers in the order of the capture. */
export function numbered(packets: readonly Packet[]): Packet[] {
  return packets.map((packet, i) => ({ ...packet, number: i + 1 }));
}

/** The packets in this order with rising times, as a capture that holds them so would have. */
export function retimed(packets: readonly Packet[]): Packet[] {
  return numbered(packets).map((packet, i) => ({ ...packet, timestamp: START + i * STEP_US }));
}

export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly timestampValue?: number;
  readonly payload: Uint8Array;
}

export function tcpSegment({
  sourcePort,
  destinationPort,
  sequence,
  acknowledgment,
  flags,
  timestampValue = 0,
  payload,
}: TcpFields): Uint8Array {
  const header = timestampValue === 0 ? 20 : 32;
  const bytes = new Uint8Array(header + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint32(4, sequence);
  view.setUint32(8, acknowledgment);
  view.setUint8(12, (header / 4) << 4);
  view.setUint8(13, flags);
  view.setUint16(14, 65_535);
  if (timestampValue !== 0) {
    view.setUint32(20, 0x0101080a);
    view.setUint32(24, timestampValue);
  }
  bytes.set(payload, header);
  return bytes;
}

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly identification?: number;
  /** Bytes; a multiple of eight. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  readonly payload: Uint8Array;
}

export function ipv4Packet({
  source,
  destination,
  protocol,
  identification = 0,
  fragmentOffset = 0,
  moreFragments = false,
  payload,
}: Ipv4Fields): Uint8Array {
  const bytes = new Uint8Array(20 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, bytes.length > 65_535 ? 0 : bytes.length);
  view.setUint16(4, identification);
  view.setUint16(6, (moreFragments ? 0x2000 : 0) | (fragmentOffset / 8));
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  bytes.set(source.split(".").map(Number), 12);
  bytes.set(destination.split(".").map(Number), 16);
  bytes.set(payload, 20);
  return bytes;
}

export function udpDatagram(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint16(4, bytes.length);
  bytes.set(payload, 8);
  return bytes;
}

export function ethernetFrame(etherType: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(14 + payload.length);
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, etherType >> 8, etherType & 255]);
  bytes.set(payload, 14);
  return bytes;
}
