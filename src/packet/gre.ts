import type { ByteReader } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, ipProtocol, NO_HEADER, udpPort } from "./key.ts";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;
/** Enhanced GRE of PPTP (RFC 2637 §4.1). */
const PPTP = 1;
const ERSPAN = 0x88be;
/** Web Cache Communication Protocol (draft-wilson-wrec-wccp-v2 §4.12): a redirected packet. */
const WCCP = 0x883e;

/** Generic Routing Encapsulation (RFC 2784 §2.1, RFC 2890 §2), also in UDP (RFC 8086). Routing entries (RFC 1701) are deprecated, and passed over. */
export const gre: HeaderDecoder = {
  name: "GRE",
  claims: [ipProtocol(47), udpPort(4754)],
  decode(header) {
    const flags = header.u16();
    const protocol = header.u16();
    const version = flags & VERSION;
    if (version > PPTP) return NO_HEADER;
    if ((flags & (CHECKSUM | ROUTING)) !== 0) header.skip(4);
    if ((flags & KEY) !== 0) header.skip(4);
    if ((flags & SEQUENCE) !== 0) header.skip(4);
    if (version !== PPTP && (flags & ROUTING) !== 0) skipRouting(header);
    if (version === PPTP && (flags & ACKNOWLEDGMENT) !== 0) header.skip(4);
    // ERSPAN type I is a bare Ethernet frame; types II and III number their packets (draft-foschiano-erspan §4).
    if (protocol === ERSPAN && (flags & SEQUENCE) === 0) return etherType(ETHERTYPE_ETHERNET);
    // Version 2 of WCCP puts four bytes before the packet; its first four bits are no IP version.
    if (protocol === WCCP) {
      if (header.peek() >> 4 !== 4) header.skip(4);
      return etherType(0x0800);
    }
    return etherType(protocol);
  },
};

/** Source route entries (RFC 1701): an address family, an offset, a length and so many bytes each; one without any ends them. */
function skipRouting(header: ByteReader): void {
  for (;;) {
    const family = header.u16();
    header.skip(1);
    const length = header.u8();
    header.skip(length);
    if (family === 0 && length === 0) return;
  }
}
