import type { HeaderDecoder } from "./decoded-packet.ts";
import { linkType, NO_HEADER } from "./key.ts";

/** Per-Packet Information (LINKTYPE_PPI): fields of the radio or of a place, and the link type of what follows; little-endian. */
export const ppi: HeaderDecoder = {
  name: "PPI",
  claims: [linkType(192)],
  decode(header) {
    header.skip(2);
    const length = header.u16le();
    const type = header.u32le();
    header.skip(Math.max(0, length - 8));
    return type <= 0xffff ? linkType(type) : NO_HEADER;
  },
};
