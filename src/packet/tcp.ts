import { type ByteReader, Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipProtocol, NO_HEADER } from "./key.ts";

const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_TIMESTAMPS = 8;

/** Transmission Control Protocol (RFC 9293 §3.1). Of the options only timestamps (RFC 7323 §3.2) are read. */
export const tcp: HeaderDecoder = {
  name: "TCP",
  claims: [ipProtocol(6)],
  decode(header, packet) {
    const start = header.offset;
    packet.sourcePort = header.u16();
    packet.destinationPort = header.u16();
    packet.sequence = header.u32() | 0;
    packet.acknowledgment = header.u32() | 0;
    const headerLength = (header.u8() >> 4) * 4;
    packet.flags = header.u8();
    header.skip(6);
    if (headerLength < 20) throw new Malformed(`data offset ${headerLength} is below 20`);
    if (start + headerLength > packet.wireEnd) throw new Malformed(`data offset ${headerLength} reaches beyond the datagram`);
    packet.timestampValue = headerLength >= 32 ? readTimestamp(header, start + headerLength) : 0;
    // A snap length that ends inside the options still tells how long the segment was.
    header.offset = Math.min(start + headerLength, header.limit);
    packet.transport = 6;
    // The same for all packets of a chunk, and a store of a reference is dear.
    if (packet.bytes !== header.bytes) packet.bytes = header.bytes;
    packet.payloadStart = header.offset;
    packet.payloadEnd = header.limit;
    packet.payloadLength = Math.max(packet.payloadEnd - packet.payloadStart, packet.wireEnd - (start + headerLength), 0);
    return NO_HEADER;
  },
};

function readTimestamp(header: ByteReader, end: number): number {
  const { bytes } = header;
  const limit = Math.min(end, header.limit);
  for (let at = header.offset; at + 10 <= limit; ) {
    const kind = bytes[at]!;
    if (kind === OPTION_NOP) at++;
    else if (kind === OPTION_TIMESTAMPS) return (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
    else if (kind === OPTION_END || bytes[at + 1]! < 2) return 0;
    else at += bytes[at + 1]!;
  }
  return 0;
}
