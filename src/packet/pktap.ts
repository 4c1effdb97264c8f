import { Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { linkType, NO_HEADER } from "./key.ts";

/** Length, type of the next header and link type come first; the rest names interface and process. */
const FIXED = 12;
const LONGEST = 4_096;

/** LINKTYPE_PKTAP: what macOS writes for `tcpdump -i pktap` (or `-i any`), earlier under the number of LINKTYPE_USER2; little-endian. */
export const pktap: HeaderDecoder = {
  name: "PKTAP",
  claims: [linkType(258), linkType(149)],
  decode(header) {
    const length = header.u32le();
    if (length < FIXED || length > LONGEST) throw new Malformed(`header length ${length} cannot be`);
    header.skip(4);
    const type = header.u32le();
    header.skip(length - FIXED);
    return type <= 0xffff ? linkType(type) : NO_HEADER;
  },
};
