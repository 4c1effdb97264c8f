// Bytes inside another protocol of the same connection (TLS, CONNECT, Upgrade): recognised afresh, with the sides that are known.

import type { Connection } from "../tcp/connection.ts";
import type { CloseReason, Direction, Segment } from "../tcp/stream-sink.ts";
import type { Anomaly } from "../wire/anomaly.ts";
import type { Side } from "../wire/endpoint.ts";
import { MAX_PROTOCOL_DEPTH } from "../wire/limits.ts";
import type { Emit } from "../wire/stage.ts";
import type { DnsExchanges } from "./dns/dns-exchanges.ts";
import { FirstBytes } from "./first-bytes.ts";
import type { KeptBytes } from "./kept-bytes.ts";
import type { HiddenFields, Observation } from "./observation.ts";
import type { OpenBody, Sender, StreamContext, StreamProtocol, StreamReader, Upgrade } from "./stream-protocol.ts";
import type { KeyLog } from "./tls/key-log.ts";

export interface InnerOptions {
  readonly connection: Connection;
  readonly keep: ReadonlySet<string>;
  readonly emit: Emit<Observation | Anomaly>;
  readonly budget: KeptBytes;
  readonly questions?: DnsExchanges | undefined;
  readonly protocols: readonly StreamProtocol[];
  readonly openBody?: OpenBody | undefined;
  /** Protocols that this one lies in. */
  readonly depth?: number;
  /** The request that asked for what these bytes speak. */
  readonly upgrade?: Upgrade | undefined;
  /** See `StreamContext.within`. */
  readonly within?: string | undefined;
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
    // Nothing is recognised in what lies too deep: each level is a call within a call.
    const protocols = (options.depth ?? 1) > MAX_PROTOCOL_DEPTH ? [] : options.protocols;
    this.#first = new FirstBytes(protocols, options.budget, mayBe, false);
  }

  get hidden(): HiddenFields | undefined {
    return this.#reader?.hidden;
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
    const { connection, keep, emit, budget, questions, openBody, keyLog, upgrade, within } = this.#options;
    const { beganLate } = this.#first;
    const depth = (this.#options.depth ?? 1) + 1;
    const inner: StreamContext["inner"] = (next, clear) => new InnerStream({ ...this.#options, upgrade: next, within: clear, depth });
    const context: StreamContext = { connection, keep, emit, beganLate, budget, questions, openBody, keyLog, within, inner };
    const { protocol } = recognised;
    const reader = protocol.open(upgrade === undefined ? context : { ...context, upgrade });
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
