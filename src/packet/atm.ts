import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_LLC, etherType, linkType, NO_HEADER } from "./key.ts";

const TRAFFIC_TYPE = 0x0f;
const LLC_MULTIPLEXED = 2;

/** LINKTYPE_SUNATM: a pseudo-header that says what the cells carry. */
export const sunAtm: HeaderDecoder = {
  name: "SunATM",
  claims: [linkType(123)],
  decode(header) {
    const type = header.u8() & TRAFFIC_TYPE;
    header.skip(3);
    return type === LLC_MULTIPLEXED ? etherType(ETHERTYPE_LLC) : NO_HEADER;
  },
};
