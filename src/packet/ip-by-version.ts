import type { ByteReader } from "../wire/byte-reader.ts";
import { etherType, type HeaderKey, NO_HEADER } from "./key.ts";

/** Where nothing before an IP header says its version, the header's own first four bits do (RFC 791 §3.1, RFC 8200 §3). */
export function ipByVersion(header: ByteReader): HeaderKey {
  const version = header.peek() >> 4;
  return version === 4 ? etherType(0x0800) : version === 6 ? etherType(0x86dd) : NO_HEADER;
}
