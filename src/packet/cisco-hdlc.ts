import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType } from "./key.ts";

/** LINKTYPE_C_HDLC: Cisco's framing of serial lines: address, control, EtherType (RFC 1547 §4.3.1). */
export const ciscoHdlc: HeaderDecoder = {
  name: "Cisco HDLC",
  claims: [linkType(104)],
  decode(header) {
    header.skip(2);
    return etherType(header.u16());
  },
};
