import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType } from "./key.ts";

/** LINKTYPE_LINUX_SLL2: what tcpdump 4.99 and dumpcap write for `-i any`; the protocol comes first. */
export const linuxSll2: HeaderDecoder = {
  name: "Linux SLL2",
  claims: [linkType(276)],
  decode(header) {
    const protocol = header.u16();
    header.skip(18);
    return etherType(protocol);
  },
};
