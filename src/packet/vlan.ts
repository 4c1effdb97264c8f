import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType } from "./key.ts";

/** IEEE 802.1Q and 802.1ad (QinQ), with the older QinQ types. */
export const vlan: HeaderDecoder = {
  name: "802.1Q",
  claims: [etherType(0x8100), etherType(0x88a8), etherType(0x9100), etherType(0x9200)],
  decode(header) {
    header.skip(2);
    return etherType(header.u16());
  },
};
