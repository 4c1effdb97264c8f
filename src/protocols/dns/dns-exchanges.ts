// Which answer answers which question, what was asked again, and what nobody answered.

import type { CloseReason } from "../../tcp/stream-sink.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { DNS_TIMEOUT_US, DUPLICATE_WINDOW_US, MAX_DNS_WAITING } from "../../wire/limits.ts";
import type { Emit } from "../../wire/stage.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import type { DnsExchange, PacketReference } from "../observation.ts";
import type { DnsMessage } from "./dns-message.ts";

/** Where a message was seen. */
export interface Seen {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly at: Timestamp;
  readonly packet: PacketReference;
}

interface Waiting {
  readonly exchange: DnsExchange;
  lastAskedAt: Timestamp;
  tries: number;
}

export class DnsExchanges {
  readonly #transport: DnsExchange["transport"];
  readonly #vantage: number;
  readonly #emit: Emit<DnsExchange>;
  /** In the order in which they were last asked. */
  readonly #waiting = new Map<string, Waiting>();
  /** When a question was answered: on several interfaces both are seen again at once, and behind a gap of TCP the question may come late. */
  readonly #answered = new Map<string, Timestamp>();

  constructor(transport: DnsExchange["transport"], vantage: number, emit: Emit<DnsExchange>) {
    this.#transport = transport;
    this.#vantage = vantage;
    this.#emit = emit;
  }

  message(message: DnsMessage, seen: Seen): void {
    this.#expire(seen.at);
    const { question } = message;
    if (question === undefined) return;
    const [client, server] = message.isAnswer ? [seen.destination, seen.source] : [seen.source, seen.destination];
    const key = `${client.address} ${client.port} ${server.address} ${message.id} ${question.type} ${question.name.toLowerCase()}`;
    if (seen.at - (this.#answered.get(key) ?? Number.NEGATIVE_INFINITY) <= DUPLICATE_WINDOW_US) return;
    if (message.isAnswer) this.#answer(key, message, this.#waiting.get(key) ?? this.#begin(question, client, server, seen, 0), seen);
    else this.#ask(key, this.#begin(question, client, server, seen, 1), seen.at);
  }

  /** Nothing more comes: of what still waits, `reason` is why. */
  close(reason: CloseReason): void {
    for (const waiting of this.#waiting.values()) this.#giveUp(waiting, reason);
    this.#waiting.clear();
  }

  #ask(key: string, asked: Waiting, at: Timestamp): void {
    const before = this.#waiting.get(key);
    if (before === undefined) {
      const oldest = takeOldest(this.#waiting);
      if (oldest !== undefined) this.#giveUp(oldest, "evicted");
      this.#waiting.set(key, asked);
      return;
    }
    if (at - before.lastAskedAt <= DUPLICATE_WINDOW_US) return; // a second sight
    before.tries++;
    before.lastAskedAt = at;
    this.#waiting.delete(key);
    this.#waiting.set(key, before);
  }

  #answer(key: string, message: DnsMessage, { exchange, tries }: Waiting, seen: Seen): void {
    this.#waiting.delete(key);
    this.#answered.delete(key);
    takeOldest(this.#answered);
    this.#answered.set(key, seen.at);
    const { code, addresses, aliases, ttl, isTruncated } = message;
    this.#emit({ ...exchange, code, addresses, aliases, ttl, isTruncated, tries, answeredAt: seen.at, answerPacket: seen.packet });
  }

  #expire(now: Timestamp): void {
    for (const [key, waiting] of this.#waiting) {
      if (now - waiting.lastAskedAt <= DNS_TIMEOUT_US) return;
      this.#waiting.delete(key);
      this.#giveUp(waiting, "timeout");
    }
  }

  #giveUp({ exchange, tries }: Waiting, unanswered: "timeout" | CloseReason): void {
    // Nobody has to answer a question to all (RFC 6762 §6, RFC 4795 §2).
    if (!isMulticast(exchange.server.address)) this.#emit({ ...exchange, tries, unanswered });
  }

  #begin(question: { name: string; type: string }, client: Endpoint, server: Endpoint, { at, packet }: Seen, tries: number): Waiting {
    const exchange: DnsExchange = {
      kind: "dns",
      vantage: this.#vantage,
      transport: this.#transport,
      name: question.name.toLowerCase(),
      type: question.type,
      client,
      server,
      at,
      packet,
      tries,
      answeredAt: undefined,
      answerPacket: undefined,
      code: undefined,
      addresses: [],
      aliases: [],
      ttl: undefined,
      isTruncated: false,
    };
    return { exchange, lastAskedAt: at, tries };
  }
}

/** Makes room in a full table: what was put in first comes out. */
function takeOldest<Value>(table: Map<string, Value>): Value | undefined {
  if (table.size < MAX_DNS_WAITING) return undefined;
  for (const [key, value] of table) {
    table.delete(key);
    return value;
  }
  return undefined;
}

/** 224.0.0.0/4 or ff00::/8. */
function isMulticast(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return address.includes(":") ? address.startsWith("ff") : first >= 224 && first < 240;
}
