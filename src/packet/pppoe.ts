import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_PPP, etherType, linkType } from "./key.ts";

/** A PPPoE session (RFC 2516 §4): version and type, code, session, length; PPP without HDLC framing. Also LINKTYPE_PPP_ETHER. */
export const pppoe: HeaderDecoder = {
  name: "PPPoE",
  claims: [etherType(0x8864), linkType(51)],
  decode(header) {
    header.skip(6);
    return etherType(ETHERTYPE_PPP);
  },
};
