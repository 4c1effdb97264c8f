import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, linkType, NO_HEADER } from "./key.ts";

const HAS_EXTENSION = 0x80;
const TYPE = 0x7f;
/** TYPE_ETH and its variants for colour and DSM, which put two bytes before the frame. */
const ETHERNET_TYPES: ReadonlySet<number> = new Set([2, 11, 16, 20]);
const IPV4 = 22;
const IPV6 = 23;

/** LINKTYPE_ERF: Endace's extensible record format: time, type, flags, lengths, 8-byte extension headers. */
export const erf: HeaderDecoder = {
  name: "ERF",
  claims: [linkType(197)],
  decode(header) {
    header.skip(8);
    const type = header.u8();
    header.skip(7);
    for (let more = (type & HAS_EXTENSION) !== 0; more; ) {
      more = (header.peek() & HAS_EXTENSION) !== 0;
      header.skip(8);
    }
    const kind = type & TYPE;
    if (kind === IPV4) return etherType(0x0800);
    if (kind === IPV6) return etherType(0x86dd);
    if (!ETHERNET_TYPES.has(kind)) return NO_HEADER;
    header.skip(2);
    return etherType(ETHERTYPE_ETHERNET);
  },
};
