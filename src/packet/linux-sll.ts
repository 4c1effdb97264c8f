import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

/** ARPHRD_ values whose protocol field is no EtherType (LINKTYPE_LINUX_SLL). */
const ARPHRD_NETLINK = 824;

/** LINKTYPE_LINUX_SLL: what tcpdump 4.x writes for `-i any`. */
export const linuxSll: HeaderDecoder = {
  name: "Linux SLL",
  claims: [linkType(113)],
  decode(header) {
    header.skip(2);
    const hardware = header.u16();
    header.skip(10);
    const protocol = header.u16();
    return hardware === ARPHRD_NETLINK ? NO_HEADER : etherType(protocol);
  },
};
