import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_LLC, ETHERTYPE_WLAN_AGGREGATED, ETHERTYPE_WLAN_ENCRYPTED, etherType, linkType, NO_HEADER } from "./key.ts";

const LINKTYPE_IEEE802_11 = 105;
const DATA = 2;
const NO_DATA = 0x4;
const QOS = 0x8;
const TO_AND_FROM_DS = 0x03;
const PROTECTED = 0x40;
const HT_CONTROL = 0x80;
const AGGREGATE = 0x80;

/** IEEE 802.11 data frames in the clear (§9.3.2.1). Encrypted and aggregated ones are not read. */
export const ieee80211: HeaderDecoder = {
  name: "802.11",
  claims: [linkType(LINKTYPE_IEEE802_11)],
  decode(header) {
    const control = header.u8();
    const flags = header.u8();
    const subtype = control >> 4;
    if (((control >> 2) & 3) !== DATA || (subtype & NO_DATA) !== 0) return NO_HEADER;
    if ((flags & PROTECTED) !== 0) return etherType(ETHERTYPE_WLAN_ENCRYPTED);
    header.skip(22);
    if ((flags & TO_AND_FROM_DS) === TO_AND_FROM_DS) header.skip(6);
    if ((subtype & QOS) !== 0) {
      if ((header.u16() & (AGGREGATE << 8)) !== 0) return etherType(ETHERTYPE_WLAN_AGGREGATED);
      if ((flags & HT_CONTROL) !== 0) header.skip(4);
    }
    return etherType(ETHERTYPE_LLC);
  },
};

/** LINKTYPE_IEEE802_11_RADIOTAP (radiotap.org): its length is little-endian on every host. */
export const radiotap: HeaderDecoder = {
  name: "radiotap",
  claims: [linkType(127)],
  decode(header) {
    header.skip(2);
    const length = header.u16le();
    header.skip(Math.max(0, length - 4));
    return linkType(LINKTYPE_IEEE802_11);
  },
};
