import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_LLC, etherType, linkType, NO_HEADER } from "./key.ts";

const SNAP = 0xaa;
const UNNUMBERED = 0x03;
/** The access point of ARPA IP (RFC 948). */
const IP = 0x06;

/** IEEE 802.2 logical link control with SNAP (RFC 1042): an EtherType under the organization code 00-00-00 (or 802.1H's 00-00-F8). Also LINKTYPE_ATM_RFC1483 (RFC 2684 §5). */
export const llc: HeaderDecoder = {
  name: "LLC",
  claims: [etherType(ETHERTYPE_LLC), linkType(100)],
  decode(header) {
    const destination = header.u8();
    const source = header.u8();
    if (destination === IP && source === IP && header.u8() === UNNUMBERED) return etherType(0x0800);
    if (destination !== SNAP || source !== SNAP || header.u8() !== UNNUMBERED) return NO_HEADER;
    const organization = (header.u8() << 16) | header.u16();
    return organization === 0 || organization === 0xf8 ? etherType(header.u16()) : NO_HEADER;
  },
};
