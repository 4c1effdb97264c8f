import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipByVersion } from "./ip-by-version.ts";
import { linkType } from "./key.ts";

/** LINKTYPE_RAW, and BSD's DLT_RAW numbers that leak into files: the packet begins with an IP header of either version. */
export const rawIp: HeaderDecoder = {
  name: "raw IP",
  claims: [linkType(101), linkType(12), linkType(14)],
  decode(header) {
    return ipByVersion(header);
  },
};
