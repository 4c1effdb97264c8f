// Opens the protected records of one connection: finds its keys, holds records back while keys may still come, and hands on what the
// records hold.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { Undecrypted } from "../observation.ts";
import type { StreamContext } from "../stream-protocol.ts";
import { clientRandomOf, findKeys, learnTicket } from "./connection-keys.ts";
import { type Handshake, TLS_1_3 } from "./handshake.ts";
import type { HandshakeMessages } from "./handshake-messages.ts";
import { HeldRecords } from "./held-records.ts";
import type { KeyWaiter } from "./key-log.ts";
import type { PlainOutput } from "./plain-output.ts";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, type TlsRecord } from "./record.ts";
import type { RecordOpener } from "./record-opener.ts";
import type { TlsSide } from "./tls-side.ts";

export interface DecryptionOptions {
  readonly context: StreamContext;
  readonly handshake: Handshake;
  readonly messages: HandshakeMessages;
  readonly sides: Readonly<Record<Side, TlsSide>>;
  readonly output: PlainOutput;
  /** Called when nothing is waited for any more. */
  readonly onSettled: () => void;
}

export class Decryption implements KeyWaiter {
  readonly #options: DecryptionOptions;
  readonly #held: HeldRecords | undefined;
  #isWaiting = false;
  /** The key log had nothing; it says by itself when it has. */
  #isAsked = false;
  #master: Uint8Array | undefined;
  /** Open once keys were found, never once it is known that none will be. */
  state: "undecided" | "open" | "never" = "undecided";
  undecrypted: Undecrypted | undefined;

  constructor(options: DecryptionOptions) {
    this.#options = options;
    const { keyLog } = options.context;
    this.#held = keyLog === undefined ? undefined : new HeldRecords(keyLog.held);
  }

  /** Whether records wait for keys that may still come. */
  get isHolding(): boolean {
    return this.#isWaiting && this.#held !== undefined && this.#held.length > 0;
  }

  /** Whether the bytes of a protected record are needed. */
  get wantsRecords(): boolean {
    return this.state === "open" || (this.state === "undecided" && this.#held?.isFull !== true);
  }

  keysCame(): void {
    if (this.state === "undecided" && this.#findKeys()) this.#drain();
    if (this.state !== "undecided") this.#options.onSettled();
  }

  noKeysCome(): void {
    this.#isWaiting = false;
    if (this.state === "undecided") this.giveUp("no keys");
    this.#options.onSettled();
  }

  /** A protected record in its place. */
  read(side: TlsSide, record: TlsRecord): void {
    if (this.state === "undecided" && !this.#isAsked && !this.#mustWaitForServer(side) && this.#findKeys()) {
      // The server's first record says whether early data counts.
      const isFirst = side.from === "server" && this.#options.handshake.clientHello?.hasEarlyData === true;
      if (isFirst) this.#open(side, record);
      this.#drain();
      if (isFirst) return;
    }
    if (this.state === "open") this.#open(side, record);
    else if (this.state === "undecided") this.#hold(side, record);
  }

  /** A protected record went by unread. */
  pass(side: TlsSide, segment: Segment): void {
    const { from, opener } = side;
    if (opener !== undefined) {
      opener.pass(1);
      this.#sayGap(side, segment);
    } else if (!this.isHolding || this.#held?.add({ kind: "passed", from, segment: { ...segment } }) !== true) side.unheld++;
  }

  /** Bytes are missing, and nobody knows how many records. */
  lose(side: TlsSide, segment: Segment): void {
    const { from, opener } = side;
    if (opener === undefined) {
      if (this.isHolding) this.#held?.add({ kind: "lost", from, segment: { ...segment } });
      return;
    }
    opener.lose();
    this.#sayGap(side, segment);
  }

  /** How many bytes of application data are missing is known with the next record; that some are matters at once. */
  #sayGap({ from }: TlsSide, segment: Segment): void {
    if (this.#mayHaveData(from)) this.#options.output.gap(from, 0, segment);
  }

  #mayHaveData(from: Side): boolean {
    return this.#options.handshake.hasData[from] || this.#options.handshake.isFinished[from];
  }

  /** Behind missing bytes: reads the record if a key proves that it is one. */
  take(side: TlsSide, record: TlsRecord): "yes" | "no" | "unknown" | "give up" {
    if (this.state === "undecided" && !this.#isAsked && this.#findKeys()) this.#drain();
    if (this.state === "never") return "give up";
    const { opener } = side;
    if (opener === undefined) return "unknown";
    // Where no key proves it: senders begin most records with a segment.
    if (opener.cipher?.isProof === false && record.first.offset !== record.offset) return "no";
    const content = opener.open(record);
    if (content === undefined) return opener.isExhausted ? "give up" : "no";
    this.#read(side, record, content);
    return "yes";
  }

  end(from: Side): void {
    if (!this.isHolding || this.#held?.add({ kind: "end", from }) !== true) this.#options.output.end(from);
  }

  /** The server gave a ticket, or the master secret that it stands for was found. */
  learnTicket(): void {
    const { context, messages } = this.#options;
    if (context.keyLog !== undefined && this.#master !== undefined && messages.ticket !== undefined)
      learnTicket(context.keyLog, messages.ticket, this.#master);
  }

  giveUp(why: Undecrypted): false {
    this.state = "never";
    this.undecrypted = why;
    this.#held?.clear();
    this.#stopWaiting();
    return false;
  }

  /** Early data comes before the hello that tells its cipher, and before the server says whether it takes it (RFC 8446 §4.2.10). */
  #mustWaitForServer(side: TlsSide): boolean {
    const { handshake, messages, sides } = this.#options;
    if (side.from === "server" || handshake.clientHello?.hasEarlyData !== true || sides.server.hasGap) return false;
    return handshake.serverHello === undefined || sides.server.recordsSeen <= messages.serverRecordsAtHello;
  }

  #hold(side: TlsSide, record: TlsRecord): void {
    const { context, handshake } = this.#options;
    this.#isWaiting ||= context.keyLog?.wait(clientRandomOf(handshake), this) === true;
    if (!this.#isWaiting || this.#held?.addRecord(side.from, record) !== true) side.unheld++;
  }

  /** True once records can be opened; otherwise it is known that they never can, or keys may still come. */
  #findKeys(): boolean {
    const { context, handshake, sides } = this.#options;
    const { keyLog } = context;
    const lacksHello = handshake.clientHello === undefined || handshake.serverHello === undefined;
    const found = keyLog === undefined ? "no keys" : findKeys(handshake, keyLog);
    if (lacksHello && typeof found === "string")
      return this.giveUp(context.beganLate === true ? "joined mid-connection" : "handshake not captured");
    if (keyLog === undefined) return this.giveUp("no keys");
    if (found === "unsupported") return this.giveUp(found);
    if (found === "no keys") {
      this.#isAsked = true;
      return false;
    }
    this.state = "open";
    this.#master = found.master;
    this.learnTicket();
    for (const side of [sides.client, sides.server]) {
      side.opener = found[side.from];
      if (side.hasGap) side.opener.lose();
    }
    return true;
  }

  #drain(): void {
    for (const entry of this.#held?.takeAll() ?? []) {
      const side = this.#options.sides[entry.from];
      if (entry.kind === "record") this.#open(side, entry.record);
      else if (entry.kind === "passed") this.pass(side, entry.segment);
      else if (entry.kind === "lost") this.lose(side, entry.segment);
      else this.#options.output.end(entry.from);
    }
    for (const { unheld, opener } of [this.#options.sides.client, this.#options.sides.server]) {
      if (unheld === 0) continue;
      opener?.pass(unheld);
      this.undecrypted ??= "limit";
    }
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    if (this.#isWaiting) this.#options.context.keyLog?.stopWaiting(clientRandomOf(this.#options.handshake), this);
    this.#isWaiting = false;
  }

  #open(side: TlsSide, record: TlsRecord): void {
    const { opener } = side;
    const content = opener?.open(record);
    if (content !== undefined) {
      this.#read(side, record, content);
      return;
    }
    side.unopened++;
    if (opener?.isExhausted !== true) return;
    side.records.close();
    this.undecrypted ??= opener.opened === 0 ? "wrong keys" : "limit";
  }

  #read(side: TlsSide, record: TlsRecord, content: Uint8Array): void {
    const { from, opener } = side;
    const { handshake, output } = this.#options;
    const cipher = opener?.cipher;
    if (opener === undefined || cipher === undefined) return;
    let { type } = record;
    let { length } = content;
    if (handshake.version === TLS_1_3) {
      // TLSInnerPlaintext: content, type, zeros (RFC 8446 §5.2).
      while (length > 0 && content[length - 1] === 0) length--;
      type = length > 0 ? content[--length]! : 0;
    }
    const before = side.readUntil;
    side.readUntil = record.offset + (record.end - record.start);
    if (opener.skipped > 0 && (type === APPLICATION_DATA || this.#mayHaveData(from))) {
      const missing = before < 0 ? 0 : record.offset - before - opener.skipped * cipher.overhead;
      output.gap(from, Math.max(1, Math.round(missing)), record.first);
    }
    if (type === APPLICATION_DATA) {
      handshake.hasData[from] = true;
      output.data(from, record, content, length, cipher.before);
    } else if (type === HANDSHAKE) {
      if (opener.skipped > 0) side.messages.reset();
      side.messages.push(content, 0, length);
    } else if (type === ALERT && length === 2) {
      handshake.readAlert(from, content[0]!, content[1]!, record.last);
    } else if (type === CHANGE_CIPHER_SPEC) this.#renew(side, opener);
  }

  /** Renegotiated (RFC 5246 §7.4.1.1): the next keys are another handshake's. */
  #renew(side: TlsSide, opener: RecordOpener): void {
    const { context, handshake, messages } = this.#options;
    const isKnown = handshake.version !== TLS_1_3 && context.keyLog !== undefined;
    const keys = isKnown ? messages.renegotiatedKeys(context.keyLog) : "unsupported";
    if (typeof keys === "string") {
      side.records.close();
      this.undecrypted ??= keys;
      return;
    }
    this.#master = keys.master;
    opener.renew(keys[side.from]);
  }
}
