import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

const LAST_ADDRESS_BYTE = 0x01;
const UNNUMBERED = 0x03;
const PADDING = 0x00;
const NLPID_SNAP = 0x80;
const NLPID_IPV4 = 0xcc;
const NLPID_IPV6 = 0x8e;

/** LINKTYPE_FRELAY: a Q.922 address, then RFC 2427 encapsulation (control, NLPID), or Cisco's own with an EtherType. */
export const frameRelay: HeaderDecoder = {
  name: "Frame Relay",
  claims: [linkType(107)],
  decode(header) {
    for (let i = 0; i < 4; i++) if ((header.u8() & LAST_ADDRESS_BYTE) !== 0) break;
    if (header.peek() !== UNNUMBERED) return etherType(header.u16());
    header.skip(1);
    if (header.peek() === PADDING) header.skip(1);
    switch (header.u8()) {
      case NLPID_IPV4:
        return etherType(0x0800);
      case NLPID_IPV6:
        return etherType(0x86dd);
      case NLPID_SNAP:
        header.skip(3);
        return etherType(header.u16());
      default:
        return NO_HEADER;
    }
  },
};
