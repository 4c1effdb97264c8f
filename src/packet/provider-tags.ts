// Tags that switches and providers put between an Ethernet header and its EtherType.

import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType } from "./key.ts";

/** Provider Backbone Bridges (IEEE 802.1Q §9.7, earlier 802.1ah): a service tag, and the customer's whole frame. */
export const pbb: HeaderDecoder = {
  name: "802.1ah",
  claims: [etherType(0x88e7)],
  decode(header) {
    header.skip(4);
    return etherType(ETHERTYPE_ETHERNET);
  },
};

/** Cisco's VN-tag between a virtual interface and its switch. */
export const vnTag: HeaderDecoder = {
  name: "VN-Tag",
  claims: [etherType(0x8926)],
  decode(header) {
    header.skip(4);
    return etherType(header.u16());
  },
};

/** E-tag of port extenders (IEEE 802.1BR §7.5). */
export const eTag: HeaderDecoder = {
  name: "802.1BR",
  claims: [etherType(0x893f)],
  decode(header) {
    header.skip(6);
    return etherType(header.u16());
  },
};

/** Cisco MetaData: version, length, and the security group of TrustSec (draft-smith-kandula-sxp §2). */
export const ciscoMetaData: HeaderDecoder = {
  name: "Cisco MetaData",
  claims: [etherType(0x8909)],
  decode(header) {
    header.skip(6);
    return etherType(header.u16());
  },
};
