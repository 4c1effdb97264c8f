import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, ipProtocol, NO_HEADER } from "./key.ts";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;
/** Enhanced GRE of PPTP (RFC 2637 §4.1). */
const PPTP = 1;
const ERSPAN = 0x88be;

/** Generic Routing Encapsulation (RFC 2784 §2.1, RFC 2890 §2). Routing entries (RFC 1701) are deprecated and not read. */
export const gre: HeaderDecoder = {
  name: "GRE",
  claims: [ipProtocol(47)],
  decode(header) {
    const flags = header.u16();
    const protocol = header.u16();
    const version = flags & VERSION;
    if (version > PPTP) return NO_HEADER;
    if ((flags & (CHECKSUM | ROUTING)) !== 0) header.skip(4);
    if ((flags & KEY) !== 0) header.skip(4);
    if ((flags & SEQUENCE) !== 0) header.skip(4);
    if (version === PPTP && (flags & ACKNOWLEDGMENT) !== 0) header.skip(4);
    // ERSPAN type I is a bare Ethernet frame; types II and III number their packets (draft-foschiano-erspan §4).
    if (protocol === ERSPAN && (flags & SEQUENCE) === 0) return etherType(ETHERTYPE_ETHERNET);
    return etherType(protocol);
  },
};
