import { Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, NO_HEADER, udpPort } from "./key.ts";

const VNI_IS_VALID = 0x08;

/** Virtual eXtensible Local Area Network (RFC 7348 §5) on its assigned port and on Linux's and Flannel's old one. */
export const vxlan: HeaderDecoder = {
  name: "VXLAN",
  claims: [udpPort(4789), udpPort(8472)],
  decode(header) {
    const flags = header.u8();
    if ((flags & VNI_IS_VALID) === 0) throw new Malformed("the VNI flag is not set");
    header.skip(7);
    return etherType(ETHERTYPE_ETHERNET);
  },
};

/** Next protocol numbers of the generic protocol extension (draft-ietf-nvo3-vxlan-gpe §3.1). */
const GPE_TYPES: ReadonlyMap<number, number> = new Map([
  [1, 0x0800],
  [2, 0x86dd],
  [3, ETHERTYPE_ETHERNET],
  [4, 0x894f],
]);

/** VXLAN with a next-protocol field (draft-ietf-nvo3-vxlan-gpe §3). */
export const vxlanGpe: HeaderDecoder = {
  name: "VXLAN-GPE",
  claims: [udpPort(4790)],
  decode(header) {
    header.skip(3);
    const type = GPE_TYPES.get(header.u8());
    header.skip(4);
    return type === undefined ? NO_HEADER : etherType(type);
  },
};
