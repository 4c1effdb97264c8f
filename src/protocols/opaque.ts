// Protocols that are told apart and not read: the report says what a capture without HTTP holds.

import type { Recognition, StreamProtocol, StreamReader } from "./stream-protocol.ts";

const ignore: StreamReader = { data() {}, gap() {}, seenAgain() {}, end() {}, close() {} };

/** A protocol whose client begins with `prefix`. */
function opaque(name: string, prefix: Uint8Array): StreamProtocol {
  return { name, recognize: (bytes, start, end) => recognize(bytes, start, end, prefix), open: () => ignore };
}

function recognize(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): Recognition {
  const length = Math.min(prefix.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== prefix[i]) return "no";
  return length === prefix.length ? "client" : "need more";
}

const text = (value: string) => new TextEncoder().encode(value);

export const ssh: StreamProtocol = opaque("SSH", text("SSH-2.0-"));
