// Small captures of HTTP exchanges, as pcap bytes.

import { buildPcap } from "../capture/build-captures.ts";
import { Conversation, type ConversationOptions } from "../tcp/build-packets.ts";

export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

export interface Exchange extends ConversationOptions {
  readonly path?: string;
  readonly fields?: readonly string[];
}

export function httpCapture(exchanges: readonly Exchange[]): Uint8Array {
  const packets = exchanges.flatMap(({ path = "/orders/7", fields = [], ...ends }, i) => {
    const head = [`GET ${path} HTTP/1.1`, "Host: orders", ...fields, "", ""].join("\r\n");
    return new Conversation({ clientPort: 40_000 + i, ...ends })
      .open()
      .send("client", head)
      .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      .close().packets;
  });
  const byTime = packets.toSorted((a, b) => a.timestamp - b.timestamp);
  return buildPcap(byTime.map(({ timestamp, bytes, start, end }) => ({ at: timestamp, bytes: bytes.subarray(start, end) })));
}

/** One request with a valid context. */
export const healthyCapture = httpCapture([{ fields: [`traceparent: 00-${TRACE}-00f067aa0ba902b7-01`] }]);
