import type { HeaderDecoder } from "./decoded-packet.ts";
import { etherType, linkType, NO_HEADER } from "./key.ts";

/** AF_INET is 2 everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 10 on Linux. */
const FAMILIES: Readonly<Record<number, number>> = { 2: 0x0800, 10: 0x86dd, 24: 0x86dd, 28: 0x86dd, 30: 0x86dd };

/** LINKTYPE_NULL: the address family in the byte order of the capturing host. */
export const nullLoopback: HeaderDecoder = {
  name: "NULL",
  claims: [linkType(0)],
  decode(header) {
    const family = header.u32();
    const swapped = ((family >>> 24) | ((family >>> 8) & 0xff00)) >>> 0;
    const type = FAMILIES[family] ?? FAMILIES[swapped];
    return type === undefined ? NO_HEADER : etherType(type);
  },
};

/** LINKTYPE_LOOP: the same in network byte order. */
export const loop: HeaderDecoder = { name: "LOOP", claims: [linkType(108)], decode: nullLoopback.decode };
