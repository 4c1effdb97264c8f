// DNS over TCP (RFC 1035 §4.2.2, RFC 7766): each message behind its length in two bytes.

import type { CloseReason, Segment } from "../../tcp/stream-sink.ts";
import { anomaly } from "../../wire/anomaly.ts";
import type { Side } from "../../wire/endpoint.ts";
import { KeptBytes } from "../kept-bytes.ts";
import type { Recognition, StreamContext, StreamProtocol, StreamReader } from "../stream-protocol.ts";
import { type Asker, DnsExchanges } from "./dns-exchanges.ts";
import { readDnsMessage } from "./dns-message.ts";
import { LengthPrefixed } from "./length-prefixed.ts";
import { recognizeDns } from "./recognize-dns.ts";

const LENGTH_BYTES = 2;
/** Header, root name, type and class: no question is shorter. */
const MIN_MESSAGE = 17;
/** Nobody asks in more: a name of 255 bytes with options and a signature. */
const MAX_QUESTION = 1_500;

export const dnsStream: StreamProtocol = {
  name: "DNS",
  recognize: recognizeStream,
  open: (context) => new DnsStreamReader(context),
};

function recognizeStream(bytes: Uint8Array, start: number, end: number): Recognition {
  if (end - start < LENGTH_BYTES) return "need more";
  const length = (bytes[start]! << 8) | bytes[start + 1]!;
  if (length < MIN_MESSAGE) return "no";
  const first = start + LENGTH_BYTES;
  // The flags tell most other protocols at once.
  if (end - first >= 4 && (bytes[first + 2]! & 0x78) !== 0) return "no";
  const answer = recognizeDns(bytes, first, Math.min(end, first + length));
  if (answer === "need more" && end - first >= length) return "no";
  return answer === "client" && length > MAX_QUESTION ? "no" : answer;
}

class DnsStreamReader implements StreamReader {
  readonly #context: StreamContext;
  readonly #exchanges: DnsExchanges;
  readonly #asker: Asker;
  readonly #client: LengthPrefixed;
  readonly #server: LengthPrefixed;
  #problemSaid = false;

  constructor(context: StreamContext) {
    this.#context = context;
    const { connection, emit, budget = new KeptBytes(), beganLate = connection.handshake === "not seen" } = context;
    this.#exchanges = context.questions ?? new DnsExchanges("tcp", connection.vantage, emit);
    this.#asker = { id: connection.id, waiting: new Set() };
    this.#client = new LengthPrefixed(budget, beganLate, (bytes, segment) => this.#message("client", bytes, segment));
    this.#server = new LengthPrefixed(budget, beganLate, (bytes, segment) => this.#message("server", bytes, segment));
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    const messages = from === "client" ? this.#client : this.#server;
    if (messages.isLost) {
      if (recognizeStream(bytes, start, end) !== from) return;
      messages.restart();
    }
    if (!messages.data(bytes, start, end, segment)) this.#problem("limit", "too many unfinished messages at a time", segment);
  }

  gap(from: Side): void {
    (from === "client" ? this.#client : this.#server).lose();
  }

  seenAgain(): void {}

  end(): void {}

  close(reason: CloseReason): void {
    this.#client.lose();
    this.#server.lose();
    this.#exchanges.close(reason, this.#asker);
  }

  #message(from: Side, bytes: Uint8Array, segment: Segment): void {
    const { clientEnd, serverEnd } = this.#context.connection;
    const [source, destination] = from === "client" ? [clientEnd, serverEnd] : [serverEnd, clientEnd];
    const message = readDnsMessage(bytes);
    if (message === undefined || message.problem !== undefined)
      this.#problem("malformed", `a DNS message: ${message?.problem ?? "shorter than its header"}`, segment);
    if (message !== undefined)
      this.#exchanges.message(
        message,
        { source, destination, at: segment.at, packet: { capture: segment.capture, number: segment.packet } },
        this.#asker,
      );
  }

  #problem(code: "malformed" | "limit", message: string, segment: Segment): void {
    if (this.#problemSaid) return;
    this.#problemSaid = true;
    this.#context.emit(anomaly(code, message, { layer: "dns", capture: segment.capture, packet: segment.packet }));
  }
}
