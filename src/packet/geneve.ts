import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, NO_HEADER, udpPort } from "./key.ts";

/** Generic Network Virtualization Encapsulation (RFC 8926 §3.4): what OVN and Cilium can use between nodes. */
export const geneve: HeaderDecoder = {
  name: "Geneve",
  claims: [udpPort(6081)],
  decode(header) {
    const first = header.u8();
    if (first >> 6 !== 0) return NO_HEADER;
    header.skip(1);
    const protocol = header.u16();
    header.skip(4 + (first & 0x3f) * 4);
    return etherType(protocol);
  },
};
