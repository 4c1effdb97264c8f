// What the messages of the handshake change: the hellos that tell keys and protocols, and the moments at which keys change (RFC 8446 §4).

import { EARLY_KEYS } from "./connection-keys.ts";
import { type Handshake, TLS_1_3 } from "./handshake.ts";
import * as message from "./handshake-reader.ts";
import { readClientHello, readEncryptedExtensions, readServerHello, readTicket } from "./hello.ts";
import type { TlsSide } from "./tls-side.ts";

export class HandshakeMessages {
  readonly #handshake: Handshake;
  readonly #sides: { readonly client: TlsSide; readonly server: TlsSide };
  /** The ticket that the server gave, up to TLS 1.2. */
  ticket: Uint8Array | undefined;
  /** Records that the server had sent when its hello was whole. */
  serverRecordsAtHello = 0;

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
    // A second one answers a HelloRetryRequest, or renegotiates.
    else if (type === message.CLIENT_HELLO && opener === undefined)
      handshake.clientHello = readClientHello(bytes, start, end) ?? handshake.clientHello;
  }

  #readServer(type: number, bytes: Uint8Array, start: number, end: number): void {
    const handshake = this.#handshake;
    const { server } = this.#sides;
    switch (type) {
      case message.SERVER_HELLO: {
        if (server.opener !== undefined) return;
        const hello = readServerHello(bytes, start, end);
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
        if (!extensions.hasEarlyData) this.#endEarlyData();
        return;
      }
      case message.CERTIFICATE:
        handshake.hasCertificate = true;
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
