// SSH is told apart and not read: the report says what a capture without HTTP holds.

import type { StreamProtocol, StreamReader } from "./stream-protocol.ts";

/** Identification string (RFC 4253 §4.2). */
const PREFIX = new TextEncoder().encode("SSH-2.0-");

const ignore: StreamReader = { data() {}, gap() {}, seenAgain() {}, end() {}, close() {} };

export const ssh: StreamProtocol = {
  name: "SSH",
  recognize(bytes, start, end) {
    const length = Math.min(PREFIX.length, end - start);
    for (let i = 0; i < length; i++) if (bytes[start + i] !== PREFIX[i]) return "no";
    return length === PREFIX.length ? "client" : "need more";
  },
  open: () => ignore,
};
