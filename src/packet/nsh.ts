import { Malformed } from "../wire/byte-reader.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { ETHERTYPE_ETHERNET, etherType, NO_HEADER } from "./key.ts";

const LENGTH_WORDS = 0x3f;
const BASE = 4;
/** Next protocol values (RFC 8300 §11.2.5). */
const NEXT: ReadonlyMap<number, number> = new Map([
  [1, 0x0800],
  [2, 0x86dd],
  [3, ETHERTYPE_ETHERNET],
  [4, 0x894f],
  [5, 0x8847],
]);

/** Network Service Header (RFC 8300 §2.2): flags and length in 4-byte words, MD type, next protocol, then path and metadata. */
export const nsh: HeaderDecoder = {
  name: "NSH",
  claims: [etherType(0x894f)],
  decode(header) {
    const length = (header.u16() & LENGTH_WORDS) * 4;
    header.skip(1);
    const type = NEXT.get(header.u8());
    if (length < BASE) throw new Malformed(`length ${length} is below ${BASE}`);
    header.skip(length - BASE);
    return type === undefined ? NO_HEADER : etherType(type);
  },
};
