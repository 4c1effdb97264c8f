// TLS sessions made by hand: what no library sends at will (KeyUpdate, early data, padding, alerts at any moment), the same bytes each time.

import { createCipheriv } from "node:crypto";
import { expandLabel, keyBlock } from "../../../src/protocols/tls/key-derivation.ts";
import type { Side } from "../../../src/wire/endpoint.ts";
import { bytesOf } from "../../tcp/build-packets.ts";
import type { Piece } from "./record-session.ts";

const u16 = (n: number) => [n >> 8, n & 255];
const u24 = (n: number) => [n >> 16, (n >> 8) & 255, n & 255];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

export function record(type: number, fragment: Uint8Array | readonly number[], minorVersion = 3): Uint8Array {
  return Uint8Array.from([type, 3, minorVersion, ...u16(fragment.length), ...fragment]);
}

export function message(type: number, body: readonly number[]): number[] {
  return [type, ...u24(body.length), ...body];
}

export function extension(type: number, body: readonly number[]): number[] {
  return [...u16(type), ...u16(body.length), ...body];
}

const text = (value: string) => [...Buffer.from(value, "latin1")];
export const serverName = (name: string) => extension(0, [...u16(name.length + 3), 0, ...u16(name.length), ...text(name)]);
export const alpn = (...names: readonly string[]) => {
  const list = names.flatMap((name) => [name.length, ...text(name)]);
  return extension(16, [...u16(list.length), ...list]);
};

export function clientHello(random: Uint8Array, extensions: readonly number[]): number[] {
  return message(1, [3, 3, ...random, 0, ...u16(2), 0x13, 0x01, 1, 0, ...u16(extensions.length), ...extensions]);
}

export function serverHello(random: Uint8Array, suite: number, extensions: readonly number[]): number[] {
  return message(2, [3, 3, ...random, 0, ...u16(suite), 0, ...u16(extensions.length), ...extensions]);
}

export interface SealOptions {
  readonly version: "1.2" | "1.3";
  readonly hasEarlyData?: boolean;
  readonly takesEarlyData?: boolean;
  readonly seed?: number;
  /** The client ends the handshake with this alert in place of its Finished. */
  readonly clientAlert?: number;
}

interface Direction {
  secret: Uint8Array;
  sequence: number;
}

/** AES-128-GCM. Each call adds what one side sends. */
export class SealedSession {
  readonly pieces: Piece[] = [];
  keyLog = "";
  readonly #options: SealOptions;
  readonly #random: Record<Side, Uint8Array>;
  readonly #directions: Record<Side, Direction>;
  readonly #traffic: Record<Side, Uint8Array>;
  readonly #early: Direction;
  readonly #block: Uint8Array;

  constructor(options: SealOptions) {
    this.#options = options;
    const filled = (length: number, n: number) => new Uint8Array(length).fill((options.seed ?? 0) * 16 + n);
    this.#random = { client: filled(32, 1), server: filled(32, 2) };
    this.#directions = { client: { secret: filled(32, 3), sequence: 0 }, server: { secret: filled(32, 4), sequence: 0 } };
    this.#traffic = { client: filled(32, 5), server: filled(32, 6) };
    this.#early = { secret: filled(32, 7), sequence: 0 };
    const master = filled(48, 8);
    this.#block = keyBlock("sha256", master, this.#random.client, this.#random.server, 40);
    if (options.version === "1.2") this.#log("CLIENT_RANDOM", master);
    else {
      if (options.hasEarlyData === true) this.#log("CLIENT_EARLY_TRAFFIC_SECRET", this.#early.secret);
      this.#log("CLIENT_HANDSHAKE_TRAFFIC_SECRET", this.#directions.client.secret);
      this.#log("SERVER_HANDSHAKE_TRAFFIC_SECRET", this.#directions.server.secret);
      this.#log("CLIENT_TRAFFIC_SECRET_0", this.#traffic.client);
      this.#log("SERVER_TRAFFIC_SECRET_0", this.#traffic.server);
    }
  }

  hello(): this {
    const early = this.#options.hasEarlyData === true ? extension(42, []) : [];
    const versions = this.#options.version === "1.3" ? extension(43, [4, 0x0a, 0x0a, 3, 4]) : [];
    const extensions = [...serverName("orders.shop"), ...alpn("http/1.1"), ...versions, ...early];
    return this.plain("client", 22, clientHello(this.#random.client, extensions));
  }

  /** Sent between `hello()` and `answer()`. */
  earlyData(body: string): this {
    return this.#push("client", this.#seal13(this.#early, 23, bytesOf(body)));
  }

  /** The rest of the handshake, of both sides. */
  answer(): this {
    return this.#options.version === "1.3" ? this.#answer13() : this.#answer12();
  }

  data(from: Side, body: string, padding = 0): this {
    return this.seal(from, 23, bytesOf(body), padding);
  }

  seal(from: Side, type: number, content: Uint8Array, padding = 0): this {
    if (this.#options.version === "1.2") return this.#push(from, this.#seal12(from, type, content));
    return this.#push(from, this.#seal13(this.#directions[from], type, content, padding));
  }

  keyUpdate(from: Side): this {
    this.seal(from, 22, Uint8Array.from(message(24, [0])));
    const next = expandLabel("sha256", this.#directions[from].secret, "traffic upd", 32);
    this.#directions[from] = { secret: next, sequence: 0 };
    return this;
  }

  plain(from: Side, type: number, fragment: readonly number[]): this {
    return this.#push(from, record(type, fragment));
  }

  #answer13(): this {
    this.plain("server", 22, serverHello(this.#random.server, 0x1301, extension(43, [3, 4])));
    const takes = this.#options.takesEarlyData === true ? extension(42, []) : [];
    const extensions = [...alpn("http/1.1"), ...takes];
    this.seal("server", 22, Uint8Array.from(message(8, [...u16(extensions.length), ...extensions])));
    this.seal("server", 22, Uint8Array.from(message(20, Array(32).fill(9))));
    this.#directions.server = { secret: this.#traffic.server, sequence: 0 };
    if (this.#options.takesEarlyData === true) this.#push("client", this.#seal13(this.#early, 22, Uint8Array.from(message(5, []))));
    if (this.#options.clientAlert !== undefined) return this.seal("client", 21, Uint8Array.of(2, this.#options.clientAlert));
    this.seal("client", 22, Uint8Array.from(message(20, Array(32).fill(9))));
    this.#directions.client = { secret: this.#traffic.client, sequence: 0 };
    return this;
  }

  #answer12(): this {
    this.plain("server", 22, [
      ...serverHello(this.#random.server, 0xc02f, alpn("http/1.1")),
      ...message(11, Array(900).fill(1)),
      ...message(14, []),
    ]);
    for (const from of ["client", "server"] as const) {
      if (from === "client") this.plain(from, 22, message(16, Array(66).fill(1)));
      this.plain(from, 20, [1]).seal(from, 22, Uint8Array.from(message(20, Array(12).fill(9))));
    }
    return this;
  }

  #push(from: Side, bytes: Uint8Array): this {
    this.pieces.push({ from, bytes });
    return this;
  }

  #log(label: string, secret: Uint8Array): void {
    this.keyLog += `${label} ${hex(this.#random.client)} ${hex(secret)}\n`;
  }

  #seal13(direction: Direction, type: number, content: Uint8Array, padding = 0): Uint8Array {
    const key = expandLabel("sha256", direction.secret, "key", 16);
    const nonce = expandLabel("sha256", direction.secret, "iv", 12);
    new DataView(nonce.buffer).setUint32(8, new DataView(nonce.buffer).getUint32(8) ^ direction.sequence++);
    const inner = Uint8Array.from([...content, type, ...Array(padding).fill(0)]);
    const header = [23, 3, 3, ...u16(inner.length + 16)];
    return gcm(key, nonce, Uint8Array.from(header), inner, header);
  }

  #seal12(from: Side, type: number, content: Uint8Array): Uint8Array {
    const side = from === "client" ? 0 : 1;
    const sequence = [0, 0, 0, 0, ...u16(0), ...u16(this.#directions[from].sequence++)];
    const key = this.#block.subarray(16 * side, 16 * side + 16);
    const nonce = Uint8Array.from([...this.#block.subarray(32 + 4 * side, 36 + 4 * side), ...sequence]);
    const additional = Uint8Array.from([...sequence, type, 3, 3, ...u16(content.length)]);
    return gcm(key, nonce, additional, content, [type, 3, 3, ...u16(content.length + 24), ...sequence]);
  }
}

function gcm(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, content: Uint8Array, before: readonly number[]): Uint8Array {
  const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(additional);
  return Uint8Array.from([...before, ...cipher.update(content), ...cipher.final(), ...cipher.getAuthTag()]);
}
