import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipByVersion } from "./ip-by-version.ts";
import { NO_HEADER, udpPort } from "./key.ts";

/** Version 1, protocol type GTP (3GPP TS 29.281 §5.1). */
const VERSION_AND_TYPE = 0x30;
const OPTIONAL_FIELDS = 0x07;
const EXTENSION = 0x04;
const T_PDU = 255;

/** GPRS Tunnelling Protocol, user plane (3GPP TS 29.281 §5): a subscriber's IP packet. */
export const gtpU: HeaderDecoder = {
  name: "GTP-U",
  claims: [udpPort(2152)],
  decode(header) {
    const flags = header.u8();
    if ((flags & 0xf0) !== VERSION_AND_TYPE || header.u8() !== T_PDU) return NO_HEADER;
    header.skip(6);
    if ((flags & OPTIONAL_FIELDS) !== 0) {
      header.skip(3);
      let next = header.u8();
      // Each extension says its length in 4-byte words and ends with the type of the next (§5.2.1).
      while ((flags & EXTENSION) !== 0 && next !== 0) {
        header.skip(Math.max(header.u8(), 1) * 4 - 2);
        next = header.u8();
      }
    }
    return ipByVersion(header);
  },
};
