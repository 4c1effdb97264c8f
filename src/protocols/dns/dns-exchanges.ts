// Which answer answers which question, what was asked again, and what nobody answered.

import type { CloseReason } from "../../tcp/stream-sink.ts";
import { type Anomaly, anomaly } from "../../wire/anomaly.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { DNS_TIMEOUT_US, DUPLICATE_WINDOW_US, MAX_DNS_WAITING } from "../../wire/limits.ts";
import { OldestFirst } from "../../wire/oldest-first.ts";
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

/** A connection of TCP: its questions are none of another's, and are over with it. */
export interface Asker {
  /** Number of the connection, unlike those of all others. */
  readonly id: number;
  /** Keys of its questions that wait; kept by `DnsExchanges`. */
  readonly waiting: Set<string>;
}

interface Waiting {
  readonly exchange: DnsExchange;
  readonly asker: Asker | undefined;
  readonly lastAskedAt: Timestamp;
  readonly tries: number;
}

/** Those of one transport of a vantage point: all connections share what may wait. */
export class DnsExchanges {
  readonly #transport: DnsExchange["transport"];
  readonly #vantage: number;
  readonly #emit: Emit<DnsExchange | Anomaly>;
  /** In the order in which they were last asked. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #oldestWaiting = new OldestFirst(this.#waiting);
  /** When a question was answered: on several interfaces both are seen again at once, and behind a gap of TCP the question may come late. */
  readonly #answered = new Map<string, Timestamp>();
  readonly #oldestAnswered = new OldestFirst(this.#answered);
  #limitSaid = false;

  constructor(transport: DnsExchange["transport"], vantage: number, emit: Emit<DnsExchange | Anomaly>) {
    this.#transport = transport;
    this.#vantage = vantage;
    this.#emit = emit;
  }

  /** `asker`: over TCP the connection, the same object for all its messages. */
  message(message: DnsMessage, seen: Seen, asker?: Asker): void {
    this.#expire(seen.at);
    const { question } = message;
    if (question === undefined) return;
    const [client, server] = message.isAnswer ? [seen.destination, seen.source] : [seen.source, seen.destination];
    const key = `${asker?.id ?? ""} ${client.address} ${client.port} ${server.address} ${message.id} ${question.type} ${question.name.toLowerCase()}`;
    if (seen.at - (this.#answered.get(key) ?? Number.NEGATIVE_INFINITY) <= DUPLICATE_WINDOW_US) return;
    const begin = (tries: number): Waiting => ({
      exchange: this.#begin(question, client, server, seen),
      asker,
      lastAskedAt: seen.at,
      tries,
    });
    if (message.isAnswer) this.#answer(key, message, this.#waiting.get(key) ?? begin(0), seen);
    else this.#ask(key, begin(1), seen);
  }

  /** Nothing more comes, of `asker` or at all: of what still waits, `reason` is why. */
  close(reason: CloseReason, asker?: Asker): void {
    for (const key of [...(asker?.waiting ?? this.#waiting).keys()]) this.#giveUp(key, reason);
  }

  #ask(key: string, asked: Waiting, { at, packet }: Seen): void {
    const before = this.#waiting.get(key);
    if (before !== undefined && at - before.lastAskedAt <= DUPLICATE_WINDOW_US) return; // a second sight
    if (before === undefined) {
      if (this.#waiting.size >= MAX_DNS_WAITING) {
        this.#giveUp(this.#oldestWaiting.peek()?.[0] ?? "", "evicted");
        this.#sayLimit(packet);
      }
    } else this.#take(key);
    this.#waiting.set(key, before === undefined ? asked : { ...before, tries: before.tries + 1, lastAskedAt: at });
    asked.asker?.waiting.add(key);
  }

  #answer(key: string, message: DnsMessage, { exchange, tries }: Waiting, seen: Seen): void {
    this.#take(key);
    this.#answered.delete(key);
    if (this.#answered.size >= MAX_DNS_WAITING) this.#answered.delete(this.#oldestAnswered.peek()?.[0] ?? "");
    this.#answered.set(key, seen.at);
    const { code, addresses, aliases, ttl, isTruncated } = message;
    this.#emit({ ...exchange, code, addresses, aliases, ttl, isTruncated, tries, answeredAt: seen.at, answerPacket: seen.packet });
  }

  #expire(now: Timestamp): void {
    for (let oldest = this.#oldestWaiting.peek(); oldest !== undefined; oldest = this.#oldestWaiting.peek()) {
      const [key, { lastAskedAt }] = oldest;
      if (now - lastAskedAt <= DNS_TIMEOUT_US) return;
      this.#giveUp(key, "timeout");
    }
  }

  #take(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.asker?.waiting.delete(key);
    return waiting;
  }

  #giveUp(key: string, unanswered: "timeout" | CloseReason): void {
    const waiting = this.#take(key);
    // Nobody has to answer a question to all (RFC 6762 §6, RFC 4795 §2).
    if (waiting === undefined || isMulticast(waiting.exchange.server.address)) return;
    this.#emit({ ...waiting.exchange, tries: waiting.tries, unanswered });
  }

  #sayLimit({ capture, number }: PacketReference): void {
    if (this.#limitSaid) return;
    this.#limitSaid = true;
    const message = `more than ${MAX_DNS_WAITING} questions wait for their answer; the oldest are reported as unanswered`;
    this.#emit(anomaly("limit", message, { layer: "dns", capture, packet: number }));
  }

  #begin(question: { name: string; type: string }, client: Endpoint, server: Endpoint, { at, packet }: Seen): DnsExchange {
    return {
      kind: "dns",
      vantage: this.#vantage,
      transport: this.#transport,
      name: question.name.toLowerCase(),
      type: question.type,
      client,
      server,
      at,
      packet,
      tries: 1,
      answeredAt: undefined,
      answerPacket: undefined,
      code: undefined,
      addresses: [],
      aliases: [],
      ttl: undefined,
      isTruncated: false,
    };
  }
}

/** 224.0.0.0/4 or ff00::/8. */
function isMulticast(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return address.includes(":") ? address.startsWith("ff") : first >= 224 && first < 240;
}
