import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_LLC, etherType, linkType } from "./key.ts";

const HAS_ROUTE = 0x80;
const ROUTE_LENGTH = 0x1f;

/** LINKTYPE_FDDI (ANSI X3.139): frame control, addresses, LLC. */
export const fddi: HeaderDecoder = {
  name: "FDDI",
  claims: [linkType(10)],
  decode(header) {
    header.skip(13);
    return etherType(ETHERTYPE_LLC);
  },
};

/** LINKTYPE_IEEE802_5: access and frame control, addresses, the route where the source address says there is one, LLC. */
export const tokenRing: HeaderDecoder = {
  name: "Token Ring",
  claims: [linkType(6)],
  decode(header) {
    header.skip(8);
    const hasRoute = (header.peek() & HAS_ROUTE) !== 0;
    header.skip(6);
    if (hasRoute) header.skip(Math.max(2, header.peek() & ROUTE_LENGTH));
    return etherType(ETHERTYPE_LLC);
  },
};
