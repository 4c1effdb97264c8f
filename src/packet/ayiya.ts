import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipProtocol, udpPort } from "./key.ts";

/** Anything In Anything (draft-massar-v6ops-ayiya §3): IPv6 tunnels through NAT. */
export const ayiya: HeaderDecoder = {
  name: "AYIYA",
  claims: [udpPort(5072)],
  decode(header) {
    const identityLength = 1 << (header.u8() >> 4);
    const signatureLength = (header.u8() >> 4) * 4;
    header.skip(1);
    const next = header.u8();
    header.skip(4 + identityLength + signatureLength);
    return ipProtocol(next);
  },
};
