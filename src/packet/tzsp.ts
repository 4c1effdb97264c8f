import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, NO_HEADER, udpPort } from "./key.ts";

const VERSION = 1;
const RECEIVED = 0;
const TRANSMIT = 1;
const ETHERNET = 1;
const TAG_PADDING = 0;
const TAG_END = 1;

/** TaZmen Sniffer Protocol: what routers (MikroTik) and access points stream frames with: version, type, protocol, tags. */
export const tzsp: HeaderDecoder = {
  name: "TZSP",
  claims: [udpPort(37008)],
  decode(header) {
    const version = header.u8();
    const type = header.u8();
    if (version !== VERSION || (type !== RECEIVED && type !== TRANSMIT) || header.u16() !== ETHERNET) return NO_HEADER;
    for (let tag = header.u8(); tag !== TAG_END; tag = header.u8()) if (tag !== TAG_PADDING) header.skip(header.u8());
    return etherType(ETHERTYPE_ETHERNET);
  },
};
