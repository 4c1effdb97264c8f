// Bytes inside another protocol of the same connection (TLS, CONNECT, Upgrade): recognised afresh, with the sides that are known.

import type { Connection } from "../tcp/connection.ts";
import type { CloseReason, Direction, Segment } from "../tcp/stream-sink.ts";
import type { Anomaly } from "../wire/anomaly.ts";
import type { Side } from "../wire/endpoint.ts";
import type { Emit } from "../wire/stage.ts";
import { FirstBytes } from "./first-bytes.ts";
import type { KeptBytes } from "./kept-bytes.ts";
import type { Observation } from "./observation.ts";
import type { Sender, StreamProtocol, StreamReader } from "./stream-protocol.ts";
import type { KeyLog } from "./tls/key-log.ts";

export interface InnerOptions {
  readonly connection: Connection;
  readonly keep: ReadonlySet<string>;
  readonly emit: Emit<Observation | Anomaly>;
  readonly budget: KeptBytes;
  readonly protocols: readonly StreamProtocol[];
  readonly keyLog?: KeyLog | undefined;
}

const CLIENT: Direction = 0;
const SERVER: Direction = 1;

export class InnerStream implements StreamReader {
  readonly #options: InnerOptions;
  readonly #first: FirstBytes;
  #protocol: StreamProtocol | undefined;
  #reader: StreamReader | undefined;

  constructor(options: InnerOptions) {
    this.#options = options;
    const mayBe = (from: Direction, sender: Sender) => sender === "either" || sideOf(from) === sender;
    this.#first = new FirstBytes(options.protocols, options.budget, mayBe, false);
  }

  get spoken(): string | undefined {
    return this.#reader?.spoken ?? this.#protocol?.name;
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    if (this.#reader !== undefined) {
      this.#reader.data(from, bytes, start, end, segment);
      return;
    }
    const recognised = this.#first.add(from === "client" ? CLIENT : SERVER, bytes, start, end, segment);
    if (recognised === undefined) return;
    const { connection, keep, emit, budget, keyLog } = this.#options;
    const { beganLate } = this.#first;
    const inner = () => new InnerStream(this.#options);
    const { protocol } = recognised;
    const reader = protocol.open({ connection, keep, emit, beganLate, budget, inner, ...(keyLog === undefined ? {} : { keyLog }) });
    this.#protocol = protocol;
    this.#reader = reader;
    this.#first.replay(CLIENT, {
      data: (of, kept, keptStart, keptEnd, at) => reader.data(sideOf(of), kept, keptStart, keptEnd, at),
      gap: (of, length, at) => reader.gap(sideOf(of), length, at),
    });
  }

  gap(from: Side, length: number, segment: Segment): void {
    if (this.#reader === undefined) this.#first.gap(from === "client" ? CLIENT : SERVER);
    else this.#reader.gap(from, length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#reader?.seenAgain(from, length, segment);
  }

  end(from: Side): void {
    this.#reader?.end(from);
  }

  close(reason: CloseReason): void {
    this.#reader?.close(reason);
    this.#first.close();
  }
}

function sideOf(direction: Direction): Side {
  return direction === CLIENT ? "client" : "server";
}
