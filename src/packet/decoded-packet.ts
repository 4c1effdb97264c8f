import type { ByteReader } from "../wire/byte-reader.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { AddressTable } from "./address-table.ts";
import type { FragmentTable } from "./fragments.ts";
import type { HeaderKey } from "./key.ts";

/** TCP flag bits (RFC 9293 §3.1). */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** What the headers of one packet say. One object is used again and again: borrowed until the consumer returns. */
export interface DecodedPacket {
  /** Frame number and time of the capture's record. */
  number: number;
  timestamp: Timestamp;
  /** Index of the capture file in the run. */
  capture: number;
  interface: number;

  /** Innermost IP addresses, as numbers of the `AddressTable`. */
  source: number;
  destination: number;
  /** IPv4 identification, or the IPv6 flow label: equal in two sights of one packet, other in a retransmission. */
  identification: number;
  /** Innermost transport: 6 TCP, 17 UDP, 0 none read. */
  transport: number;
  sourcePort: number;
  destinationPort: number;

  /** TCP, as signed 32-bit integers so that differences wrap by themselves. */
  sequence: number;
  acknowledgment: number;
  flags: number;
  /** TSval of the timestamps option (RFC 7323), 0 without it. */
  timestampValue: number;

  /** Captured payload of the transport: `bytes[payloadStart..payloadEnd)`. */
  bytes: Uint8Array;
  payloadStart: number;
  payloadEnd: number;
  /** Payload bytes on the wire; more than were captured where the snap length cut the packet. */
  payloadLength: number;
  /** Offset in `bytes` at which the innermost IP datagram ends on the wire; it MAY lie beyond the captured bytes. */
  wireEnd: number;
}

/** One that says nothing yet. */
export function blankPacket(capture: number, bytes: Uint8Array): DecodedPacket {
  return {
    number: 0,
    timestamp: 0,
    capture,
    interface: 0,
    source: 0,
    destination: 0,
    identification: 0,
    transport: 0,
    sourcePort: 0,
    destinationPort: 0,
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    timestampValue: 0,
    bytes,
    payloadStart: 0,
    payloadEnd: 0,
    payloadLength: 0,
    wireEnd: 0,
  };
}

/** What decoders share: the tables of the capture they read. */
export interface DecodeContext {
  readonly addresses: AddressTable;
  readonly fragments: FragmentTable;
}

/**
 * One header. `decode` reads it from `header`, writes what it says into `packet`, and returns the key of what follows. It throws
 * `Truncated` or `Malformed` (nothing else); the stage makes an anomaly of it.
 */
export interface HeaderDecoder {
  readonly name: string;
  readonly claims: readonly HeaderKey[];
  decode(header: ByteReader, packet: DecodedPacket, context: DecodeContext): HeaderKey;
}
