import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, ipProtocol, linkType, NO_HEADER, udpPort } from "./key.ts";

const BOTTOM_OF_STACK = 0x100;

/**
 * Multiprotocol Label Switching (RFC 3032 §2.1). No field says what follows the labels: the first four bits are an IP version, or 0 for
 * the control word of an Ethernet pseudowire (RFC 4385 §3). Also in IP (RFC 4023), in UDP (RFC 7510), and LINKTYPE_MPLS.
 */
export const mpls: HeaderDecoder = {
  name: "MPLS",
  claims: [etherType(0x8847), etherType(0x8848), ipProtocol(137), udpPort(6635), linkType(219)],
  decode(header) {
    while ((header.u32() & BOTTOM_OF_STACK) === 0);
    switch (header.peek() >> 4) {
      case 4:
        return etherType(0x0800);
      case 6:
        return etherType(0x86dd);
      case 0:
        header.skip(4);
        return etherType(ETHERTYPE_ETHERNET);
      default:
        return NO_HEADER;
    }
  },
};
