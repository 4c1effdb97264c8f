// Link types that put one byte before the frame of another: who sent it.

import type { HeaderDecoder } from "./decoded-packet.ts";
import { type HeaderKey, linkType } from "./key.ts";

const PPP = 9;
const C_HDLC = 104;
const FRELAY = 107;

/** LINKTYPE_PPP_WITH_DIR, and LINKTYPE_PPP_PPPD of Linux's pppd. */
export const pppWithDirection = withDirection("PPP with direction", [linkType(204), linkType(166)], PPP);
export const ciscoHdlcWithDirection = withDirection("Cisco HDLC with direction", [linkType(205)], C_HDLC);
export const frameRelayWithDirection = withDirection("Frame Relay with direction", [linkType(206)], FRELAY);

function withDirection(name: string, claims: readonly HeaderKey[], next: number): HeaderDecoder {
  return {
    name,
    claims,
    decode(header) {
      header.skip(1);
      return linkType(next);
    },
  };
}
