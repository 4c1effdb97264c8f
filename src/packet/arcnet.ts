import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

/** ARCNET protocol identifier of IP (RFC 1201 §2.4). */
const IP = 0xd4;
const EXCEPTION = 0xff;

/** LINKTYPE_ARCNET_LINUX: addresses, offset, then the RFC 1201 header with its flag for split packets. */
export const arcnet: HeaderDecoder = {
  name: "ARCNET",
  claims: [linkType(129)],
  decode(header) {
    header.skip(4);
    const protocol = header.u8();
    const split = header.u8();
    header.skip(split === EXCEPTION ? 6 : 2);
    return protocol === IP ? etherType(0x0800) : NO_HEADER;
  },
};
