import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipProtocol } from "./key.ts";

/** IP Authentication Header (RFC 4302 §2) over IPv4; its length counts 4-byte words, less two. What follows is in the clear. */
export const authenticationHeader: HeaderDecoder = {
  name: "AH",
  claims: [ipProtocol(51)],
  decode(header) {
    const next = header.u8();
    header.skip((header.u8() + 2) * 4 - 2);
    return ipProtocol(next);
  },
};
