import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

/** LINKTYPE_RAW, and BSD's DLT_RAW numbers that leak into files: the packet begins with an IP header of either version. */
export const rawIp: HeaderDecoder = {
  name: "raw IP",
  claims: [linkType(101), linkType(12), linkType(14)],
  decode(header) {
    const version = header.peek() >> 4;
    return version === 4 ? etherType(0x0800) : version === 6 ? etherType(0x86dd) : NO_HEADER;
  },
};
