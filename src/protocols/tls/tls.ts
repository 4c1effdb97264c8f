// TLS over TCP (RFC 8446, RFC 5246): told by its first record, or where the capture joined the connection late by any record of application data.

import type { StreamProtocol } from "../stream-protocol.ts";
import { APPLICATION_DATA, fragmentLength, HANDSHAKE, HEADER_LENGTH, isRecordHeader } from "./record.ts";
import { TlsReader } from "./tls-reader.ts";

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
/** An AEAD's tag, and a byte. */
const MIN_APPLICATION_DATA = 17;

export const tls: StreamProtocol = {
  name: "TLS",
  recognize(bytes, start, end) {
    if (bytes[start] === APPLICATION_DATA) {
      if (end - start < HEADER_LENGTH) return end - start > 1 && bytes[start + 1] !== 3 ? "no" : "need more";
      return isRecordHeader(bytes, start) && fragmentLength(bytes, start) >= MIN_APPLICATION_DATA ? "either" : "no";
    }
    if (bytes[start] !== HANDSHAKE) return "no";
    if (end - start < HEADER_LENGTH + 1) return "need more";
    if (bytes[start + 1] !== 3 || bytes[start + 2]! > 4) return "no";
    const type = bytes[start + HEADER_LENGTH];
    return type === CLIENT_HELLO ? "client" : type === SERVER_HELLO ? "server" : "no";
  },
  open: (context) => new TlsReader(context),
};
