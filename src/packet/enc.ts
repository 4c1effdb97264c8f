import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipByVersion } from "./ip-by-version.ts";
import { linkType } from "./key.ts";

/** LINKTYPE_ENC: decrypted IPsec packets on OpenBSD and FreeBSD; family, SPI and flags, four bytes each. */
export const enc: HeaderDecoder = {
  name: "ENC",
  claims: [linkType(109)],
  decode(header) {
    header.skip(12);
    return ipByVersion(header);
  },
};
