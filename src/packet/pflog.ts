import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

const AF_INET = 2;
/** AF_INET6 of OpenBSD and NetBSD, FreeBSD, macOS. */
const AF_INET6: ReadonlySet<number> = new Set([24, 28, 30]);

/** LINKTYPE_PFLOG: the log of BSD's packet filter. Its length does not count the padding to four bytes. */
export const pflog: HeaderDecoder = {
  name: "PFLOG",
  claims: [linkType(117)],
  decode(header) {
    const length = header.u8();
    const family = header.u8();
    header.skip(Math.max(0, ((length + 3) & ~3) - 2));
    return family === AF_INET ? etherType(0x0800) : AF_INET6.has(family) ? etherType(0x86dd) : NO_HEADER;
  },
};
