import type { HeaderDecoder } from "./decoded-packet.ts";
import { linkType, NO_HEADER } from "./key.ts";

const LINKTYPE_IEEE802_11 = 105;
/** First half of an AVS header's magic (`0x80211001`), which stands in captures of either link type. */
const AVS_MAGIC = 0x8021;
const AVS_FIXED = 8;
const PRISM_FIXED = 8;
/** No header is longer: its length tells the byte order of the capturing host. */
const LONGEST = 0xffff;

/** LINKTYPE_IEEE802_11_PRISM and LINKTYPE_IEEE802_11_AVS: what old wireless drivers say of a frame, then the frame. */
export const prism: HeaderDecoder = {
  name: "Prism",
  claims: [linkType(119), linkType(163)],
  decode(header) {
    const isAvs = header.u16() === AVS_MAGIC;
    header.skip(2);
    if (isAvs) header.skip(Math.max(0, header.u32() - AVS_FIXED));
    else {
      const length = header.u32le();
      const swapped = ((length >>> 24) | ((length >>> 8) & 0xff00) | ((length & 0xff00) << 8) | (length << 24)) >>> 0;
      const told = length <= LONGEST ? length : swapped;
      if (told < PRISM_FIXED) return NO_HEADER;
      header.skip(told - PRISM_FIXED);
    }
    return linkType(LINKTYPE_IEEE802_11);
  },
};
