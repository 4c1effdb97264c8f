import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

const AF_INET = 2;
const AF_INET6 = 10;
/** NFULA_PAYLOAD (linux/netfilter/nfnetlink_log.h). */
const PAYLOAD = 9;
const TYPE_MASK = 0x7fff;

/** LINKTYPE_NFLOG: what `tcpdump -i nflog:N` writes; attributes in the byte order of the capturing host, taken for little-endian. */
export const nflog: HeaderDecoder = {
  name: "NFLOG",
  claims: [linkType(239)],
  decode(header) {
    const family = header.u8();
    header.skip(3);
    for (;;) {
      const length = header.u16le();
      const type = header.u16le() & TYPE_MASK;
      if (type === PAYLOAD) break;
      // An attribute is padded to four bytes; its length counts its own header and not the padding.
      header.skip(Math.max(0, ((length + 3) & ~3) - 4));
    }
    return family === AF_INET ? etherType(0x0800) : family === AF_INET6 ? etherType(0x86dd) : NO_HEADER;
  },
};
