// What the messages of the handshake change: the hellos that tell keys and protocols, and the moments at which keys change (RFC 8446 §4).

import { EARLY_KEYS, findMasterKeys, type Hellos, type MasterKeys } from "./connection-keys.ts";
import { type Handshake, TLS_1_3 } from "./handshake.ts";
import * as message from "./handshake-reader.ts";
import { readClientHello, readEncryptedExtensions, readServerHello, readTicket } from "./hello.ts";
import type { KeyLog } from "./key-log.ts";
import type { TlsSide } from "./tls-side.ts";

export class HandshakeMessages {
  readonly #handshake: Handshake;
  readonly #sides: { readonly client: TlsSide; readonly server: TlsSide };
  /** The ticket that the server gave, up to TLS 1.2. */
  ticket: Uint8Array | undefined;
  /** Records that the server had sent when its hello was whole. */
  serverRecordsAtHello = 0;
  /** The newest handshake inside protected records, up to TLS 1.2 (RFC 5246 §7.4.1.1). */
  #renegotiated: { -readonly [Part in keyof Hellos]: Hellos[Part] } | undefined;
  #renegotiatedKeys: MasterKeys | "no keys" | "unsupported" | undefined;

  constructor(handshake: Handshake, sides: { readonly client: TlsSide; readonly server: TlsSide }) {
    this.#handshake = handshake;
    this.#sides = sides;
  }

  read(side: TlsSide, type: number, bytes: Uint8Array, start: number, end: number): void {
    const handshake = this.#handshake;
    const { from, opener } = side;
    if (type === message.FINISHED) {
      handshake.isFinished[from] = true;
      if (handshake.version === TLS_1_3) opener?.advance();
    } else if (type === message.KEY_UPDATE) {
      if (handshake.version === TLS_1_3) opener?.advance();
    } else if (from === "server") this.#readServer(type, bytes, start, end);
    else if (type === message.END_OF_EARLY_DATA) this.#endEarlyData();
    else if (type === message.CLIENT_HELLO) this.#readClientHello(opener === undefined, bytes, start, end);
  }

  /** What opens records behind a ChangeCipherSpec inside protected records. */
  renegotiatedKeys(keyLog: KeyLog): MasterKeys | "no keys" | "unsupported" {
    if (this.#renegotiated === undefined) return "unsupported";
    this.#renegotiatedKeys ??= findMasterKeys(this.#renegotiated, keyLog);
    return this.#renegotiatedKeys;
  }

  #readClientHello(isFirst: boolean, bytes: Uint8Array, start: number, end: number): void {
    const handshake = this.#handshake;
    const hello = readClientHello(bytes, start, end);
    if (isFirst) {
      // A second one answers a HelloRetryRequest, which refuses early data (RFC 8446 §4.2.10).
      if (hello?.hasEarlyData === true) handshake.earlyData = "offered";
      else if (handshake.earlyData === "offered") handshake.earlyData = "refused";
      handshake.clientHello = hello ?? handshake.clientHello;
    } else if (handshake.version !== TLS_1_3) {
      this.#renegotiated = { clientHello: hello, serverHello: undefined, hasCertificate: false };
      this.#renegotiatedKeys = undefined;
    }
  }

  #readServer(type: number, bytes: Uint8Array, start: number, end: number): void {
    const handshake = this.#handshake;
    const { server } = this.#sides;
    switch (type) {
      case message.SERVER_HELLO: {
        const hello = readServerHello(bytes, start, end);
        if (server.opener !== undefined) {
          if (this.#renegotiated !== undefined) this.#renegotiated.serverHello ??= hello;
          return;
        }
        if (hello === undefined || hello.isRetryRequest) return;
        handshake.serverHello = hello;
        handshake.alpn = hello.protocol;
        this.serverRecordsAtHello = server.recordsSeen;
        return;
      }
      case message.ENCRYPTED_EXTENSIONS: {
        const extensions = readEncryptedExtensions(bytes, start, end);
        if (extensions === undefined || handshake.version !== TLS_1_3) return;
        handshake.alpn = extensions.protocol;
        if (handshake.earlyData === "offered") handshake.earlyData = extensions.hasEarlyData ? "accepted" : "refused";
        if (!extensions.hasEarlyData) this.#endEarlyData();
        return;
      }
      case message.CERTIFICATE:
        if (this.#renegotiated === undefined) handshake.hasCertificate = true;
        else this.#renegotiated.hasCertificate = true;
        return;
      case message.NEW_SESSION_TICKET:
        if (handshake.version !== TLS_1_3) this.ticket = readTicket(bytes, start, end);
    }
  }

  /** The client sends the rest of its handshake; or the server refused its early data, which is then sent again. */
  #endEarlyData(): void {
    const { opener } = this.#sides.client;
    if (opener?.generation === EARLY_KEYS && this.#handshake.clientHello?.hasEarlyData === true) opener.advance();
  }
}
