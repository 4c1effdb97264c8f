// Protocols that are told apart and not read: the report says what a capture without HTTP holds.

import type { Recognition, StreamProtocol, StreamReader } from "./stream-protocol.ts";

const ignore: StreamReader = { data() {}, gap() {}, seenAgain() {}, end() {}, close() {} };

/** A protocol whose client begins with `prefix`. */
function opaque(name: string, prefix: Uint8Array, server?: Uint8Array): StreamProtocol {
  return {
    name,
    recognize(bytes, start, end) {
      const asClient = begins(bytes, start, end, prefix, "client");
      return asClient === "no" && server !== undefined ? begins(bytes, start, end, server, "server") : asClient;
    },
    open: () => ignore,
  };
}

function begins(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array, side: Recognition): Recognition {
  const length = Math.min(prefix.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== prefix[i]) return "no";
  return length === prefix.length ? side : "need more";
}

const text = (value: string) => new TextEncoder().encode(value);

export const ssh: StreamProtocol = opaque("SSH", text("SSH-2.0-"));
