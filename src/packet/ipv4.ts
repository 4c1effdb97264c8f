import { Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { CUT_FRAGMENT } from "./fragments.ts";
import { etherType, ipProtocol, linkType, NO_HEADER } from "./key.ts";

const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

/** Internet Protocol (RFC 791 §3.1); options are skipped, fragments joined. Also IP in IP (protocol 4, RFC 2003). */
export const ipv4: HeaderDecoder = {
  name: "IPv4",
  claims: [etherType(0x0800), ipProtocol(4), linkType(228)],
  decode(header, packet, { addresses, fragments }) {
    const start = header.offset;
    const first = header.u8();
    if (first >> 4 !== 4) throw new Malformed(`version is ${first >> 4}, not 4`);
    const headerLength = (first & 15) * 4;
    if (headerLength < 20) throw new Malformed(`header length ${headerLength} is below 20`);
    header.skip(1);
    const totalLength = header.u16();
    const identification = header.u16();
    const fragmentation = header.u16();
    header.skip(1);
    const protocol = header.u8();
    header.skip(2);
    header.need(8);
    packet.source = addresses.ipv4(header.bytes, header.offset);
    packet.destination = addresses.ipv4(header.bytes, header.offset + 4);
    packet.identification = identification;
    header.offset = start;
    header.skip(headerLength);

    // Segmentation offload leaves a total length of 0: the captured bytes say how long the datagram is.
    const wireEnd =
      totalLength >= headerLength ? start + totalLength : totalLength === 0 ? Math.max(header.limit, packet.wireEnd) : undefined;
    if (wireEnd === undefined) throw new Malformed(`total length ${totalLength} is below the header length ${headerLength}`);
    packet.wireEnd = wireEnd;
    if (wireEnd < header.limit) header.limit = wireEnd;

    if ((fragmentation & (MORE_FRAGMENTS | OFFSET_MASK)) === 0) return ipProtocol(protocol);
    if (header.limit < wireEnd) throw new Malformed(CUT_FRAGMENT);
    const whole = fragments.add({
      version: 4,
      source: packet.source,
      destination: packet.destination,
      protocol,
      identification,
      offset: (fragmentation & OFFSET_MASK) * 8,
      more: (fragmentation & MORE_FRAGMENTS) !== 0,
      bytes: header.bytes.subarray(header.offset, header.limit),
      at: packet.timestamp,
    });
    if (whole === undefined) return NO_HEADER;
    header.reset(whole.bytes, 0, whole.bytes.length);
    packet.wireEnd = whole.bytes.length;
    return ipProtocol(whole.protocol);
  },
};
