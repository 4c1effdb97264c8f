import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

const AF_INET = 2;
/** Solaris' number. */
const AF_INET6 = 26;

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
