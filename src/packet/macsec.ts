import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_MACSEC_ENCRYPTED, etherType } from "./key.ts";

const HAS_IDENTIFIER = 0x20;
const ENCRYPTED = 0x08;
const CHANGED = 0x04;

/** MACsec (IEEE 802.1AE §9.3): tag, short length, packet number, and where flagged the channel. What is only authenticated can be read. */
export const macsec: HeaderDecoder = {
  name: "MACsec",
  claims: [etherType(0x88e5)],
  decode(header) {
    const control = header.u8();
    header.skip(5);
    if ((control & HAS_IDENTIFIER) !== 0) header.skip(8);
    return (control & (ENCRYPTED | CHANGED)) === 0 ? etherType(header.u16()) : etherType(ETHERTYPE_MACSEC_ENCRYPTED);
  },
};
