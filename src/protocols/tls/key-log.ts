// Secrets of TLS connections as applications write them down (NSS key log format, draft-ietf-tls-keylogfile): a line each, label, client
// random, secret. They come from files, from pcapng blocks, and may come after the packets that they open.

import {
  MAX_HELD_RECORD_BYTES_TOTAL,
  MAX_KEY_LOG_LINE_BYTES,
  MAX_KEY_LOG_SECRETS,
  MAX_TLS_TRIALS_TOTAL,
  MAX_WAITING_TLS_CONNECTIONS,
} from "../../wire/limits.ts";
import { KeptBytes } from "../kept-bytes.ts";

/** What is known of one client random: a master secret up to TLS 1.2, traffic secrets from TLS 1.3 on. */
export type Secrets = Partial<Record<SecretName, Uint8Array>>;
export type SecretName = "master" | "clientEarly" | "clientHandshake" | "serverHandshake" | "clientTraffic" | "serverTraffic";

const LABELS: ReadonlyMap<string, SecretName> = new Map([
  ["CLIENT_RANDOM", "master"],
  ["CLIENT_EARLY_TRAFFIC_SECRET", "clientEarly"],
  ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "clientHandshake"],
  ["SERVER_HANDSHAKE_TRAFFIC_SECRET", "serverHandshake"],
  ["CLIENT_TRAFFIC_SECRET_0", "clientTraffic"],
  ["SERVER_TRAFFIC_SECRET_0", "serverTraffic"],
]);
/** In the format and of no use here. */
const UNUSED_LABELS: ReadonlySet<string> = new Set([
  "EARLY_EXPORTER_SECRET",
  "EXPORTER_SECRET",
  "ECH_SECRET",
  "ECH_CONFIG",
  "RSA",
  "PMS_CLIENT_RANDOM",
]);

/** Who waits for secrets that were not there when the connection began. */
export interface KeyWaiter {
  /** Secrets of its client random have come. */
  keysCame(): void;
  /** No more secrets come. */
  noKeysCome(): void;
}

/** All secrets of a run, shared by its vantage points. Feed it with `push()` and `endInput()`, as often as there are inputs. */
export class KeyLog {
  /** Lines that gave a secret. */
  lines = 0;
  /** Lines that are neither secrets nor comments. */
  strangeLines = 0;
  /** Secrets beyond `MAX_KEY_LOG_SECRETS`: not kept. */
  dropped = 0;
  /** What records that wait for their keys may take together. */
  readonly held = new KeptBytes(MAX_HELD_RECORD_BYTES_TOTAL);
  /** Decryptions that may still be tried where a capture lacks records. */
  trialsLeft = MAX_TLS_TRIALS_TOTAL;
  readonly #byClientRandom = new Map<string, Secrets>();
  /** Master secrets by session id or ticket, for resumed handshakes (RFC 5246 §7.3, RFC 5077). */
  readonly #bySession = new Map<string, Uint8Array>();
  readonly #waiting = new Map<string, Set<KeyWaiter>>();
  #waiters = 0;
  readonly #touched = new Set<string>();
  #secrets = 0;
  #rest = "";
  #isLineTooLong = false;

  /** Bytes of a key log: lines may go on in the next call. Anything else than its lines is passed over. */
  push(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = this.#rest + text.slice(start, end);
      if (!this.#isLineTooLong && line.length <= MAX_KEY_LOG_LINE_BYTES) this.#readLine(line);
      else this.strangeLines++;
      this.#rest = "";
      this.#isLineTooLong = false;
      start = end + 1;
    }
    if (this.#rest.length + text.length - start > MAX_KEY_LOG_LINE_BYTES) {
      this.#isLineTooLong = true;
      this.#rest = "";
    } else if (!this.#isLineTooLong) this.#rest += text.slice(start);
    this.#tell();
  }

  /** One input has ended; its last line needs no line feed. */
  endInput(): void {
    if (this.#isLineTooLong) this.strangeLines++;
    else this.#readLine(this.#rest);
    this.#rest = "";
    this.#isLineTooLong = false;
    this.#tell();
  }

  /** By the 64 lower-case hex digits of a client random. */
  find(clientRandom: string): Secrets | undefined {
    return this.#byClientRandom.get(clientRandom);
  }

  findSession(session: string): Uint8Array | undefined {
    return this.#bySession.get(session);
  }

  learnSession(session: string, master: Uint8Array): void {
    if (this.#bySession.size < MAX_KEY_LOG_SECRETS) this.#bySession.set(session, master);
  }

  /** False when too many wait already. */
  wait(clientRandom: string, waiter: KeyWaiter): boolean {
    if (this.#waiters >= MAX_WAITING_TLS_CONNECTIONS) return false;
    const others = this.#waiting.get(clientRandom) ?? new Set();
    this.#waiting.set(clientRandom, others);
    if (!others.has(waiter)) this.#waiters++;
    others.add(waiter);
    return true;
  }

  stopWaiting(clientRandom: string, waiter: KeyWaiter): void {
    const others = this.#waiting.get(clientRandom);
    if (others?.delete(waiter) !== true) return;
    this.#waiters--;
    if (others.size === 0) this.#waiting.delete(clientRandom);
  }

  /** All packets and all key logs were read: whoever still waits is told. */
  end(): void {
    const all = [...this.#waiting.values()].flatMap((waiters) => [...waiters]);
    this.#waiting.clear();
    this.#waiters = 0;
    for (const waiter of all) waiter.noKeysCome();
  }

  #readLine(line: string): void {
    const [label = "", first = "", second = ""] = line.trim().split(/ +/);
    if (label === "" || label.startsWith("#")) return;
    const name = LABELS.get(label);
    const isSecret = HEX.test(second) && second.length >= 64 && second.length <= 128;
    if (name !== undefined && CLIENT_RANDOM.test(first) && isSecret && (name !== "master" || second.length === 96))
      this.#keep(first.toLowerCase(), name, Uint8Array.from(Buffer.from(second, "hex")));
    else if (label === "RSA" && first.startsWith(SESSION_ID)) this.#readSession(first, second);
    else if (!UNUSED_LABELS.has(label)) this.strangeLines++;
  }

  /** `RSA Session-ID:… Master-Key:…`, which programs write that know no client random. */
  #readSession(id: string, key: string): void {
    const [session, master] = [id.slice(SESSION_ID.length), key.slice(MASTER_KEY.length)];
    if (!key.startsWith(MASTER_KEY) || !HEX.test(session) || !HEX.test(master) || master.length !== 96) return;
    this.lines++;
    this.learnSession(session.toLowerCase(), Uint8Array.from(Buffer.from(master, "hex")));
  }

  #keep(clientRandom: string, name: SecretName, secret: Uint8Array): void {
    this.lines++;
    const secrets = this.#byClientRandom.get(clientRandom) ?? {};
    if (secrets[name] === undefined && this.#secrets++ >= MAX_KEY_LOG_SECRETS) {
      this.dropped++;
      return;
    }
    this.#byClientRandom.set(clientRandom, secrets);
    secrets[name] = secret;
    if (this.#waiting.has(clientRandom)) this.#touched.add(clientRandom);
  }

  /** Only after the lines of a whole input: the secrets of a connection stand in several. */
  #tell(): void {
    if (this.#touched.size === 0) return;
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const clientRandom of touched) for (const waiter of [...(this.#waiting.get(clientRandom) ?? [])]) waiter.keysCame();
  }
}

const HEX = /^(?:[0-9a-fA-F]{2})+$/;
const CLIENT_RANDOM = /^[0-9a-fA-F]{64}$/;
const SESSION_ID = "Session-ID:";
const MASTER_KEY = "Master-Key:";
