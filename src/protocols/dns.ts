// DNS over UDP (RFC 1035 §4): questions matched with their answers, so that addresses get the names that their clients asked for.

import { decode, type Packet } from "dns-packet";
import { DNS_TIMEOUT_US, DUPLICATE_WINDOW_US, MAX_DNS_WAITING } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Datagram, DatagramProtocol } from "./datagram-protocol.ts";
import type { DnsExchange } from "./observation.ts";

export const dns: DatagramProtocol = {
  name: "DNS",
  ports: [53, 5353],
  open(emit) {
    const waiting = new Map<string, DnsExchange>();
    /** When a question was answered: on several interfaces both are seen again at once. */
    const answered = new Map<string, Timestamp>();
    return {
      push(datagram) {
        const message = read(datagram.bytes);
        const question = message?.questions?.[0];
        if (message === undefined || question === undefined) return;
        const isAnswer = message.type === "response";
        const [client, server] = isAnswer ? [datagram.destination, datagram.source] : [datagram.source, datagram.destination];
        const key = `${client.address} ${client.port} ${server.address} ${message.id} ${question.type} ${question.name}`;
        const asked = waiting.get(key);
        if (datagram.at - (answered.get(key) ?? Number.NEGATIVE_INFINITY) <= DUPLICATE_WINDOW_US) return;
        if (!isAnswer) {
          if (asked !== undefined && datagram.at - asked.at < DNS_TIMEOUT_US) return; // a second sight, or the question repeated
          const oldest = takeOldest(waiting);
          if (oldest !== undefined) emit(oldest);
          waiting.set(key, exchangeOf(datagram, question.name, question.type ?? "", client, server));
          return;
        }
        waiting.delete(key);
        answered.delete(key);
        takeOldest(answered);
        answered.set(key, datagram.at);
        const code = "rcode" in message && typeof message.rcode === "string" ? message.rcode : "NOERROR";
        const base = asked ?? exchangeOf(datagram, question.name, question.type ?? "", client, server);
        emit({ ...base, code, addresses: addressesOf(message) });
      },
      end() {
        for (const exchange of waiting.values()) emit(exchange);
        waiting.clear();
      },
    };
  },
};

/** Makes room in a full table: what was put in first comes out. */
function takeOldest<Value>(table: Map<string, Value>): Value | undefined {
  if (table.size < MAX_DNS_WAITING) return undefined;
  for (const [key, value] of table) {
    table.delete(key);
    return value;
  }
  return undefined;
}

function exchangeOf(
  datagram: Datagram,
  name: string,
  type: string,
  client: DnsExchange["client"],
  server: DnsExchange["server"],
): DnsExchange {
  return {
    kind: "dns",
    name: name.toLowerCase(),
    type,
    addresses: [],
    code: undefined,
    client,
    server,
    at: datagram.at,
    packet: datagram.packet,
  };
}

/** The decoder throws on what it cannot read; a datagram on port 53 need not be DNS. */
function read(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < 12) return undefined;
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch {
    return undefined;
  }
}

function addressesOf(message: Packet): string[] {
  return (message.answers ?? []).flatMap((answer) =>
    (answer.type === "A" || answer.type === "AAAA") && typeof answer.data === "string" ? [answer.data] : [],
  );
}
