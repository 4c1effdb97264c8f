import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_PPP, etherType, linkType, NO_HEADER } from "./key.ts";

/** PPP protocol numbers (IANA) of what has an EtherType too. */
const ETHERTYPES: ReadonlyMap<number, number> = new Map([
  [0x0021, 0x0800],
  [0x0057, 0x86dd],
  [0x0281, 0x8847],
  [0x0283, 0x8848],
]);

/** Point-to-Point Protocol (RFC 1661 §2), with or without the address and control bytes of HDLC framing (RFC 1662 §3.1). */
export const ppp: HeaderDecoder = {
  name: "PPP",
  claims: [etherType(ETHERTYPE_PPP), linkType(9), linkType(50)],
  decode(header) {
    if (header.peek() === 0xff && header.peek(1) === 0x03) header.skip(2);
    // Protocol field compression (RFC 1661 §6.5): a number below 256 is odd and may be one byte.
    const protocol = (header.peek() & 1) === 1 ? header.u8() : header.u16();
    const type = ETHERTYPES.get(protocol);
    return type === undefined ? NO_HEADER : etherType(type);
  },
};
