// Tunnels over UDP that carry bare IP packets.

import type { ByteReader } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipByVersion } from "./ip-by-version.ts";
import { udpPort } from "./key.ts";

/** Locator/ID Separation Protocol, data packets (RFC 9300 §5.3): flags, nonce, instance. */
export const lisp: HeaderDecoder = {
  name: "LISP",
  claims: [udpPort(4341)],
  decode(header) {
    header.skip(8);
    return ipByVersion(header);
  },
};

const AUTHENTICATION = 0x0001;
const ORIGIN = 0x0000;

/** Teredo (RFC 4380 §5.1.1): IPv6 behind an authentication and an origin indication, each where it is there. */
export const teredo: HeaderDecoder = {
  name: "Teredo",
  claims: [udpPort(3544)],
  decode(header) {
    if (isNext(header, AUTHENTICATION)) {
      header.skip(2);
      const identifier = header.u8();
      header.skip(identifier + header.u8() + 9);
    }
    if (isNext(header, ORIGIN)) header.skip(8);
    return ipByVersion(header);
  },
};

function isNext(header: ByteReader, type: number): boolean {
  return ((header.peek() << 8) | header.peek(1)) === type;
}
