import { Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, ipProtocol } from "./key.ts";

const VERSION = 3;

/** Ethernet within IP (RFC 3378 §3). */
export const etherIp: HeaderDecoder = {
  name: "EtherIP",
  claims: [ipProtocol(97)],
  decode(header) {
    const version = header.u16() >> 12;
    if (version !== VERSION) throw new Malformed(`version is ${version}, not ${VERSION}`);
    return etherType(ETHERTYPE_ETHERNET);
  },
};
