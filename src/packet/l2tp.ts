import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_PPP, etherType, NO_HEADER, udpPort } from "./key.ts";

const CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
const VERSION = 0x000f;

/** Layer Two Tunneling Protocol, version 2 (RFC 2661 §3.1): data messages carry PPP. */
export const l2tp: HeaderDecoder = {
  name: "L2TP",
  claims: [udpPort(1701)],
  decode(header) {
    const flags = header.u16();
    if ((flags & VERSION) !== 2 || (flags & CONTROL) !== 0) return NO_HEADER;
    if ((flags & LENGTH) !== 0) header.skip(2);
    header.skip(4);
    if ((flags & SEQUENCE) !== 0) header.skip(4);
    if ((flags & OFFSET) !== 0) header.skip(header.u16());
    return etherType(ETHERTYPE_PPP);
  },
};
