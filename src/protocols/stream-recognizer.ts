// Finds out what a connection speaks, by its bytes, and hands them to that protocol's reader.

import type { Connection } from "../tcp/connection.ts";
import type { CloseReason, Direction, Segment, StreamSink } from "../tcp/stream-sink.ts";
import { opposite } from "../tcp/stream-sink.ts";
import type { Anomaly } from "../wire/anomaly.ts";
import type { Side } from "../wire/endpoint.ts";
import type { Emit } from "../wire/stage.ts";
import type { DnsExchanges } from "./dns/dns-exchanges.ts";
import { FirstBytes, type Recognised } from "./first-bytes.ts";
import { InnerStream } from "./inner-stream.ts";
import { KeptBytes } from "./kept-bytes.ts";
import type { Observation } from "./observation.ts";
import type { OpenBody, Sender, StreamContext, StreamProtocol, StreamReader } from "./stream-protocol.ts";
import type { KeyLog } from "./tls/key-log.ts";

export interface RecognizerOptions {
  readonly protocols: readonly StreamProtocol[];
  readonly keep: ReadonlySet<string>;
  readonly emit: Emit<Observation | Anomaly>;
  readonly budget?: KeptBytes;
  readonly questions?: DnsExchanges | undefined;
  readonly openBody?: OpenBody | undefined;
  readonly keyLog?: KeyLog | undefined;
}

export class StreamRecognizer implements StreamSink {
  readonly #connection: Connection;
  readonly #options: RecognizerOptions;
  readonly #budget: KeptBytes;
  readonly #first: FirstBytes;
  #protocol: StreamProtocol | undefined;
  #reader: StreamReader | undefined;

  constructor(connection: Connection, options: RecognizerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#budget = options.budget ?? new KeptBytes();
    const mayBe = (from: Direction, sender: Sender) =>
      sender === "either" || connection.clientDirection === undefined || (connection.clientDirection === from) === (sender === "client");
    this.#first = new FirstBytes(options.protocols, this.#budget, mayBe, connection.handshake === "not seen");
  }

  data(from: Direction, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    if (this.#reader !== undefined) {
      this.#reader.data(this.#side(from), bytes, start, end, segment);
      return;
    }
    const recognised = this.#first.add(from, bytes, start, end, segment);
    if (recognised !== undefined) this.#open(recognised);
  }

  gap(from: Direction, length: number, segment: Segment): void {
    if (this.#reader === undefined) this.#first.gap(from);
    else this.#reader.gap(this.#side(from), length, segment);
  }

  seenAgain(from: Direction, length: number, segment: Segment): void {
    this.#reader?.seenAgain(this.#side(from), length, segment);
  }

  end(from: Direction): void {
    this.#reader?.end(this.#side(from));
  }

  close(reason: CloseReason): void {
    this.#reader?.close(reason);
    this.#first.close();
    const { client, clientEnd, serverEnd, flows, vantage, handshake, openedAt, firstPacket, lastPacketAt, proxied } = this.#connection;
    const sum = (of: "packets" | "bytes" | "missing" | "retransmissions" | "secondSights") => flows[0][of] + flows[1][of];
    const hidden = this.#reader?.hidden;
    this.#options.emit({
      kind: "connection",
      vantage,
      client: clientEnd,
      server: serverEnd,
      protocol: this.#reader?.spoken ?? this.#protocol?.name,
      handshake,
      closedBy: reason,
      openedAt,
      packet: firstPacket,
      lastPacketAt,
      packets: sum("packets"),
      bytes: sum("bytes"),
      missing: sum("missing"),
      ofClient: { missing: flows[client].missing, cutOff: flows[client].cutOff },
      retransmissions: sum("retransmissions"),
      secondSights: sum("secondSights"),
      ...(proxied === undefined ? {} : { proxied }),
      ...(hidden === undefined ? {} : { hidden }),
    });
  }

  #open({ protocol, from, sender }: Recognised): void {
    const connection = this.#connection;
    const client = sender === "either" ? connection.client : sender === "client" ? from : opposite(from);
    connection.clientDirection = client;
    this.#protocol = protocol;
    const { keep, emit, protocols, questions, openBody, keyLog } = this.#options;
    const budget = this.#budget;
    const { beganLate } = this.#first;
    const inner: StreamContext["inner"] = (upgrade, within) =>
      new InnerStream({ connection, keep, emit, budget, questions, protocols, openBody, keyLog, upgrade, within });
    const reader = protocol.open({ connection, keep, emit, beganLate, budget, questions, openBody, keyLog, inner });
    this.#reader = reader;
    this.#first.replay(client, {
      data: (of, bytes, start, end, segment) => reader.data(this.#side(of), bytes, start, end, segment),
      gap: (of, length, segment) => reader.gap(this.#side(of), length, segment),
    });
  }

  #side(from: Direction): Side {
    return from === this.#connection.clientDirection ? "client" : "server";
  }
}
