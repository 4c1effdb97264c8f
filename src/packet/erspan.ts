import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, NO_HEADER } from "./key.ts";

const TYPE_II = 1;
const TYPE_III = 2;
const PLATFORM_HEADER = 0x0001;
/** What is mirrored: an Ethernet frame, or a bare IP packet. */
const FRAME_TYPE_SHIFT = 10;
const FRAME_TYPE = 0x1f;
const IP_PACKET = 2;

/** Encapsulated Remote Switch Port Analyzer inside GRE (draft-foschiano-erspan §4.2, §4.3): a mirrored Ethernet frame. */
export const erspan: HeaderDecoder = {
  name: "ERSPAN",
  claims: [etherType(0x88be), etherType(0x22eb)],
  decode(header) {
    const version = header.peek() >> 4;
    if (version === TYPE_II) header.skip(8);
    else if (version === TYPE_III) {
      header.skip(10);
      const word = header.u16();
      if ((word & PLATFORM_HEADER) !== 0) header.skip(8);
      if (((word >> FRAME_TYPE_SHIFT) & FRAME_TYPE) === IP_PACKET) return etherType(header.peek() >> 4 === 6 ? 0x86dd : 0x0800);
    } else return NO_HEADER;
    return etherType(ETHERTYPE_ETHERNET);
  },
};
