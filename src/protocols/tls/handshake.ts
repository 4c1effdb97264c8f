// What the handshake of one connection says, and how it ended (RFC 8446 §2, RFC 5246 §7.3).

import type { CloseReason, Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import type { PacketReference, TlsAlert, TlsHandshake } from "../observation.ts";
import { alertName, CLOSE_NOTIFY, USER_CANCELED } from "./alerts.ts";
import { cipherSuite } from "./cipher-suites.ts";
import type { ClientHello, ServerHello } from "./hello.ts";

export const TLS_1_3 = 0x0304;
const SSL_3 = 0x0300;
const FATAL = 2;
/** A fragment that is shorter is an encrypted alert: the least Finished of TLS 1.3 has 45 bytes with its tag, an alert up to 19. */
const MIN_FINISHED = 40;

export class Handshake {
  clientHello: ClientHello | undefined;
  serverHello: ServerHello | undefined;
  /** Chosen application protocol, from ServerHello or EncryptedExtensions. */
  alpn: string | undefined;
  alert: TlsAlert | undefined;
  earlyData: TlsHandshake["earlyData"];
  plaintextAnswer: TlsHandshake["plaintextAnswer"];
  /** The server sent a certificate: up to TLS 1.2 the session is not resumed. */
  hasCertificate = false;
  /** ChangeCipherSpec, up to TLS 1.2. */
  readonly hasChangedCipher: Record<Side, boolean> = { client: false, server: false };
  /** A decrypted Finished. */
  readonly isFinished: Record<Side, boolean> = { client: false, server: false };
  /** Decrypted application data. */
  readonly hasData: Record<Side, boolean> = { client: false, server: false };
  encryptedRecords = 0;
  /** Protected records too long for an alert. */
  readonly #long: Record<Side, number> = { client: 0, server: 0 };
  /** Of the server's, those after the client's first protected record. */
  #longAnswers = 0;
  #shortAnswers = 0;
  #isClientAlert: boolean | undefined;
  at: Timestamp = 0;
  packet: PacketReference | undefined;

  /** The first record of the connection that was seen. */
  begin(segment: Segment): void {
    if (this.packet !== undefined) return;
    this.at = segment.at;
    this.packet = { capture: segment.capture, number: segment.packet };
  }

  /** 0x0304 for TLS 1.3, its drafts and what browsers tried before it (0x7eNN, 0xfbNN); undefined before a ServerHello. */
  get version(): number | undefined {
    const version = this.serverHello?.version;
    return version !== undefined && version >> 8 !== 3 ? TLS_1_3 : version;
  }

  get isResumed(): boolean {
    if (this.serverHello === undefined) return false;
    if (this.version === TLS_1_3) return this.serverHello.hasPreSharedKey;
    return !this.hasCertificate && this.hasChangedCipher.server;
  }

  /** A protected record, whether it can be read or not. */
  protectedRecord(from: Side, length: number): void {
    this.encryptedRecords++;
    const isLong = length >= MIN_FINISHED;
    if (isLong) this.#long[from]++;
    if (from === "client") this.#isClientAlert ??= !isLong;
    else if (this.#isClientAlert !== undefined) {
      if (isLong) this.#longAnswers++;
      else this.#shortAnswers++;
    }
  }

  /** The two bytes of an alert (RFC 8446 §6). */
  readAlert(from: Side, level: number, description: number, { at, capture, packet }: Segment): void {
    if (this.alert !== undefined || description === CLOSE_NOTIFY || description === USER_CANCELED) return;
    // In TLS 1.3 the level says nothing any more.
    const isFatal = level === FATAL || this.version === TLS_1_3;
    if (!isFatal) return;
    this.alert = { from, level: "fatal", description: alertName(description), packet: { capture, number: packet }, at };
  }

  /** Who broke the handshake off, as far as records without keys tell: an encrypted alert is shorter than anything else. */
  get failedBy(): Side | undefined {
    if (this.plaintextAnswer !== undefined) return "server";
    if (this.alert !== undefined) return this.alert.from;
    if (this.hasData.server) return undefined;
    return this.#isClientAlert === true ? "client" : this.#isRefused ? "server" : undefined;
  }

  outcome(closedBy: CloseReason, isWhole: boolean): TlsHandshake["outcome"] {
    if (this.plaintextAnswer !== undefined) return "failed";
    if (this.alert !== undefined && !this.hasData.server) return "failed";
    if (this.#isRefused && !this.hasData.server) return "failed";
    if (this.#isEstablished()) return "established";
    if (!isWhole) return "unfinished";
    return closedBy === "fin" || closedBy === "reset" || this.#isClientAlert === true ? "failed" : "unfinished";
  }

  #isEstablished(): boolean {
    if (this.hasData.client || this.hasData.server) return true;
    if (this.version !== undefined && this.version < TLS_1_3) return this.hasChangedCipher.client && this.hasChangedCipher.server;
    if (this.isFinished.client && this.isFinished.server) return true;
    return this.#isClientAlert === false && this.#long.server > 0 && !this.#isRefused;
  }

  /** The client has sent more than its Finished, and was answered with nothing but an alert: its certificate was refused, or it sent none. */
  get #isRefused(): boolean {
    return this.version === TLS_1_3 && this.#shortAnswers > 0 && this.#longAnswers === 0 && this.#long.client > 1;
  }

  describe() {
    const { clientHello, serverHello } = this;
    return {
      sni: clientHello?.serverName,
      alpn: this.alpn,
      offeredAlpn: clientHello?.protocols ?? [],
      version: versionName(serverHello?.version ?? clientHello?.version),
      cipherSuite: serverHello === undefined ? undefined : cipherSuite(serverHello.cipherSuite).name,
      isResumed: this.isResumed,
      alert: this.alert,
      plaintextAnswer: this.plaintextAnswer,
      encryptedRecords: this.encryptedRecords,
      ...(this.earlyData === undefined ? {} : { earlyData: this.earlyData }),
    };
  }
}

function versionName(version: number | undefined): string | undefined {
  if (version === undefined) return undefined;
  if (version >> 8 === 0x7f) return `TLS 1.3 draft ${version & 255}`;
  if (version === SSL_3) return "SSL 3.0";
  return version > SSL_3 && version <= TLS_1_3 ? `TLS 1.${version - SSL_3 - 1}` : `0x${version.toString(16).padStart(4, "0")}`;
}
