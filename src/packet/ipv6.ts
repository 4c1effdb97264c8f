import { type ByteReader, LimitReached, Malformed } from "../wire/byte-reader.ts";
import { MAX_HEADERS_PER_PACKET } from "../wire/limits.ts";
import type { DecodeContext, DecodedPacket, HeaderDecoder } from "./decoded-packet.ts";
import { CUT_FRAGMENT } from "./fragments.ts";
import { etherType, type HeaderKey, ipProtocol, linkType, NO_HEADER } from "./key.ts";

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const NO_NEXT_HEADER = 59;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;

/** Internet Protocol version 6 (RFC 8200) with its extension headers (§4). Also IPv6 in IP (protocol 41, RFC 4213). */
export const ipv6: HeaderDecoder = {
  name: "IPv6",
  claims: [etherType(0x86dd), ipProtocol(41), linkType(229)],
  decode(header, packet, context) {
    const start = header.offset;
    const first = header.u32();
    if (first >>> 28 !== 6) throw new Malformed(`version is ${first >>> 28}, not 6`);
    const payloadLength = header.u16();
    const next = header.u8();
    header.skip(1);
    header.need(32);
    packet.source = context.addresses.ipv6(header.bytes, header.offset);
    packet.destination = context.addresses.ipv6(header.bytes, header.offset + 16);
    packet.identification = first & 0xfffff;
    header.skip(32);
    // Payload length 0: a jumbogram or segmentation offload; the captured bytes say how long it is.
    packet.wireEnd = payloadLength === 0 ? Math.max(header.limit, packet.wireEnd) : start + 40 + payloadLength;
    if (packet.wireEnd < header.limit) header.limit = packet.wireEnd;
    return skipExtensions(next, header, packet, context);
  },
};

function skipExtensions(first: number, header: ByteReader, packet: DecodedPacket, context: DecodeContext): HeaderKey {
  let next = first;
  for (let i = 0; i < MAX_HEADERS_PER_PACKET; i++) {
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
        next = header.u8();
        header.skip(header.u8() * 8 + 6);
        break;
      case AUTHENTICATION: // RFC 4302 §2.2: its length counts 4-byte words, less two
        next = header.u8();
        header.skip((header.u8() + 2) * 4 - 2);
        break;
      case FRAGMENT: {
        next = header.u8();
        header.skip(1);
        const offsetAndMore = header.u16();
        const identification = header.u32();
        if ((offsetAndMore & 0xfff9) === 0) break; // an atomic fragment (RFC 6946) is a whole datagram
        if (header.limit < packet.wireEnd) throw new Malformed(CUT_FRAGMENT);
        const whole = context.fragments.add({
          version: 6,
          source: packet.source,
          destination: packet.destination,
          protocol: next,
          identification,
          offset: offsetAndMore & 0xfff8,
          more: (offsetAndMore & 1) !== 0,
          bytes: header.bytes.subarray(header.offset, header.limit),
          at: packet.timestamp,
        });
        if (whole === undefined) return NO_HEADER;
        header.reset(whole.bytes, 0, whole.bytes.length);
        packet.wireEnd = whole.bytes.length;
        next = whole.protocol;
        break;
      }
      case NO_NEXT_HEADER:
        return NO_HEADER;
      default:
        return ipProtocol(next);
    }
  }
  throw new LimitReached(`more than ${MAX_HEADERS_PER_PACKET} extension headers`);
}
