import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

const AF_INET = 2;
const AF_INET6 = 26;

/** LINKTYPE_SLIP: direction and compression header, 16 bytes together; a compressed TCP/IP header (RFC 1144) is not read. */
export const slip: HeaderDecoder = {
  name: "SLIP",
  claims: [linkType(8)],
  decode(header) {
    header.skip(16);
    const version = header.peek() >> 4;
    return version === 4 ? etherType(0x0800) : version === 6 ? etherType(0x86dd) : NO_HEADER;
  },
};

/** LINKTYPE_IPNET: Solaris' observability devices: version, family, hook, length, interfaces, zones. */
export const ipnet: HeaderDecoder = {
  name: "IPNET",
  claims: [linkType(226)],
  decode(header) {
    header.skip(1);
    const family = header.u8();
    header.skip(22);
    return family === AF_INET ? etherType(0x0800) : family === AF_INET6 ? etherType(0x86dd) : NO_HEADER;
  },
};
