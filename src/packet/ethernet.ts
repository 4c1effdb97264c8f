import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, ETHERTYPE_LLC, etherType, linkType } from "./key.ts";

/** Below this the two bytes are an IEEE 802.3 length, not an EtherType (IEEE 802.3 §3.2.6). */
const FIRST_ETHERTYPE = 0x0600;

export const ethernet: HeaderDecoder = {
  name: "Ethernet",
  claims: [linkType(1), etherType(ETHERTYPE_ETHERNET)],
  decode(header) {
    header.skip(12);
    const type = header.u16();
    return etherType(type < FIRST_ETHERTYPE ? ETHERTYPE_LLC : type);
  },
};
