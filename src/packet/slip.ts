import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipByVersion } from "./ip-by-version.ts";
import { linkType } from "./key.ts";

/** LINKTYPE_SLIP: direction and compression header, 16 bytes together; a compressed TCP/IP header (RFC 1144) is not read. */
export const slip: HeaderDecoder = {
  name: "SLIP",
  claims: [linkType(8)],
  decode(header) {
    header.skip(16);
    return ipByVersion(header);
  },
};
