import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

/** ARPHRD_ value whose protocol field is no EtherType (LINKTYPE_LINUX_SLL2). */
const ARPHRD_NETLINK = 824;

/** LINKTYPE_LINUX_SLL2: what tcpdump 4.99 and dumpcap write for `-i any`; the protocol comes first. */
export const linuxSll2: HeaderDecoder = {
  name: "Linux SLL2",
  claims: [linkType(276)],
  decode(header) {
    const protocol = header.u16();
    header.skip(6);
    const hardware = header.u16();
    header.skip(10);
    return hardware === ARPHRD_NETLINK ? NO_HEADER : etherType(protocol);
  },
};
