// One TLS connection: reads the handshake of both sides, has protected records opened, and says at the end what was seen.

import type { CloseReason, Segment } from "../../tcp/stream-sink.ts";
import { anomaly } from "../../wire/anomaly.ts";
import type { Side } from "../../wire/endpoint.ts";
import { KeptBytes } from "../kept-bytes.ts";
import type { StreamContext, StreamReader } from "../stream-protocol.ts";
import { Decryption } from "./decryption.ts";
import { Handshake, TLS_1_3 } from "./handshake.ts";
import { HandshakeMessages } from "./handshake-messages.ts";
import { NEW_SESSION_TICKET } from "./handshake-reader.ts";
import { PlainOutput } from "./plain-output.ts";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH, type TlsRecord } from "./record.ts";
import { type SideEvents, TlsSide } from "./tls-side.ts";

const HTTP_1 = Uint8Array.from(Buffer.from("HTTP/"));

export class TlsReader implements StreamReader, SideEvents {
  readonly #context: StreamContext;
  readonly #handshake = new Handshake();
  readonly #messages: HandshakeMessages;
  readonly #sides: Readonly<Record<Side, TlsSide>>;
  readonly #output: PlainOutput;
  readonly #decryption: Decryption;
  #closedBy: CloseReason | undefined;
  #isFinished = false;
  #hasProblem = false;

  constructor(context: StreamContext) {
    this.#context = context;
    const budget = context.budget ?? new KeptBytes();
    const sides = { client: new TlsSide("client", this, budget), server: new TlsSide("server", this, budget) };
    this.#sides = sides;
    const handshake = this.#handshake;
    const messages = new HandshakeMessages(handshake, sides);
    const output = new PlainOutput(() => context.inner());
    this.#messages = messages;
    this.#output = output;
    const onSettled = () => {
      if (this.#closedBy !== undefined) this.#finish(this.#closedBy);
    };
    this.#decryption = new Decryption({ context, handshake, messages, sides, output, onSettled });
  }

  get spoken(): string | undefined {
    const { undecrypted } = this.#decryption;
    return undecrypted === undefined || undecrypted === "gap" ? this.#output.spoken : undefined;
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    this.#sides[from].records.data(bytes, start, end, segment);
  }

  gap(from: Side, length: number, segment: Segment): void {
    this.#sides[from].records.gap(length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#output.seenAgain(from, length, segment);
  }

  end(from: Side): void {
    this.#decryption.end(from);
  }

  /** While keys may still come, the end is put off. */
  close(reason: CloseReason): void {
    this.#closedBy = reason;
    if (this.#decryption.state !== "undecided" || !this.#decryption.isHolding) this.#finish(reason);
    else for (const side of [this.#sides.client, this.#sides.server]) side.records.close();
  }

  wants(side: TlsSide, type: number): boolean {
    return !isProtected(side, type) || this.#decryption.wantsRecords;
  }

  record(side: TlsSide, record: TlsRecord): void {
    this.#handshake.begin(record.first);
    side.recordsSeen++;
    if (!isProtected(side, record.type)) this.#readPlain(side, record);
    else {
      this.#handshake.protectedRecord(side.from, record.end - record.start - HEADER_LENGTH);
      this.#decryption.read(side, record);
    }
  }

  passed(side: TlsSide, type: number, length: number, segment: Segment): void {
    if (isProtected(side, type)) {
      this.#handshake.protectedRecord(side.from, length);
      this.#decryption.pass(side, segment);
    } else if (type === HANDSHAKE) {
      side.hasGap = true;
      side.messages.reset();
    } else if (type === CHANGE_CIPHER_SPEC) this.#changeCipher(side);
  }

  lost(side: TlsSide, segment: Segment): void {
    side.hasGap = true;
    side.messages.reset();
    this.#decryption.lose(side, segment);
  }

  notRecord(side: TlsSide, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    const { clientHello, serverHello } = this.#handshake;
    if (side.from === "server" && side.recordsSeen === 0 && !side.hasGap && clientHello !== undefined && serverHello === undefined) {
      const isHttp = end - start >= HTTP_1.length && HTTP_1.every((byte, i) => bytes[start + i] === byte);
      this.#handshake.plaintextAnswer = isHttp ? "HTTP/1" : isSettings(bytes, start, end) ? "HTTP/2" : "unknown";
      return;
    }
    if (this.#context.beganLate === true) return;
    if (this.#decryption.state !== "never") this.#decryption.undecrypted ??= "unsupported";
    this.#say("malformed", "bytes that are no TLS record", segment);
  }

  take(side: TlsSide, record: TlsRecord): "yes" | "no" | "give up" {
    if (!isProtected(side, record.type) && record.type === CHANGE_CIPHER_SPEC) {
      this.#changeCipher(side);
      return "yes";
    }
    const answer = this.#decryption.take(side, record);
    if (answer === "unknown") {
      // Nothing can prove it yet. Senders begin most records with a segment.
      if (record.type !== APPLICATION_DATA || record.first.offset !== record.offset) return "no";
      this.record(side, record);
      return "yes";
    }
    if (answer !== "yes") return answer;
    side.recordsSeen++;
    if (this.#handshake.version !== TLS_1_3) this.#changeCipher(side);
    this.#handshake.protectedRecord(side.from, record.end - record.start - HEADER_LENGTH);
    return "yes";
  }

  message(side: TlsSide, type: number, bytes: Uint8Array, start: number, end: number): void {
    this.#messages.read(side, type, bytes, start, end);
    if (type === NEW_SESSION_TICKET) this.#decryption.learnTicket();
  }

  #readPlain(side: TlsSide, { bytes, start, end, type, offset, last }: TlsRecord): void {
    const from = start + HEADER_LENGTH;
    side.readUntil = offset + (end - start);
    if (type === CHANGE_CIPHER_SPEC) this.#changeCipher(side);
    else if (type === ALERT) {
      if (end - from === 2) this.#handshake.readAlert(side.from, bytes[from]!, bytes[from + 1]!, last);
    } else if (type === HANDSHAKE) {
      side.messages.push(bytes, from, end);
      if (side.messages.isTooLong) this.#say("limit", "a handshake message longer than any real one, or too many unfinished ones", last);
    }
  }

  /** In TLS 1.3 it means nothing (RFC 8446 §5), and only there it may come before the version is settled. */
  #changeCipher(side: TlsSide): void {
    const { version } = this.#handshake;
    if (version === TLS_1_3 || (version === undefined && !this.#sides.server.hasGap)) return;
    side.isProtected = true;
    this.#handshake.hasChangedCipher[side.from] = true;
  }

  #finish(closedBy: CloseReason): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    const { client, server } = this.#sides;
    const decryption = this.#decryption;
    for (const side of [client, server]) {
      if (side.opener !== undefined && side.records.isLost) decryption.undecrypted ??= "gap";
      side.records.close();
      side.messages.reset();
    }
    this.#output.close(closedBy);
    const handshake = this.#handshake;
    if (decryption.state === "undecided" && handshake.encryptedRecords > 0) decryption.giveUp("no keys");
    if (handshake.packet === undefined) return;
    const isDecrypted = handshake.hasData.client || handshake.hasData.server;
    if (!isDecrypted && client.unopened + server.unopened > 0) decryption.undecrypted ??= "wrong keys";
    const { connection, emit, within } = this.#context;
    const outcome = handshake.outcome(closedBy, !client.hasGap && !server.hasGap);
    emit({
      kind: "tls",
      vantage: connection.vantage,
      connection: connection.id,
      client: connection.clientEnd,
      server: connection.serverEnd,
      ...handshake.describe(),
      outcome,
      failedBy: outcome === "failed" ? handshake.failedBy : undefined,
      isDecrypted,
      undecrypted: decryption.undecrypted,
      ...(within === undefined ? {} : { upgradedFrom: within }),
      at: handshake.at,
      packet: handshake.packet,
    });
  }

  #say(code: "malformed" | "limit", message: string, { capture, packet }: Segment): void {
    // One a connection: a stream of garbage is one anomaly, not a million.
    if (this.#hasProblem) return;
    this.#hasProblem = true;
    this.#context.emit(anomaly(code, message, { layer: "tls", capture, packet }));
  }
}

/** What an HTTP/2 server sends first (RFC 9113 §3.4, §6.5): a SETTINGS frame, of six bytes a setting. */
function isSettings(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 5 && bytes[start] === 0 && bytes[start + 1] === 0 && bytes[start + 2]! % 6 === 0 && bytes[start + 3] === 4;
}

/** Application data is never sent in the clear. */
function isProtected(side: TlsSide, type: number): boolean {
  return side.isProtected || type === APPLICATION_DATA;
}
