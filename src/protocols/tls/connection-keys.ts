// Finds the secrets of a connection in the key log, and makes of them what opens the records of both directions.

import type { Side } from "../../wire/endpoint.ts";
import { loadWhenUsed } from "../../wire/load-when-used.ts";
import { cipherSuite, type Protection } from "./cipher-suites.ts";
import { type Handshake, TLS_1_3 } from "./handshake.ts";
import type { ClientHello, ServerHello } from "./hello.ts";
import { expandLabel } from "./key-derivation.ts";
import type { KeyLog, SecretName, Secrets } from "./key-log.ts";
import { cipherFromSecret, ciphersFromMaster, nullCipher, type RecordCipher } from "./record-cipher.ts";
import { type CipherAt, RecordOpener } from "./record-opener.ts";

const crypto = loadWhenUsed<typeof import("node:crypto")>("node:crypto");

export interface ConnectionKeys extends Readonly<Record<Side, RecordOpener>> {
  /** Up to TLS 1.2. */
  readonly master: Uint8Array | undefined;
}

/** Of TLS 1.3's keys, in the order of their use: early data, handshake, application data, and after each KeyUpdate the next. */
export const EARLY_KEYS = 0;
const HANDSHAKE_KEYS = 1;
const FIRST_TRAFFIC = 2;

/** The key of its secrets in a key log. */
export function clientRandomOf({ clientHello }: Handshake): string {
  return clientHello === undefined ? "" : hex(clientHello.random);
}

/** `unsupported` where no key would help. Needs a ServerHello, and up to TLS 1.2 the ChangeCipherSpec. */
export function findKeys(handshake: Handshake, keyLog: KeyLog): ConnectionKeys | "no keys" | "unsupported" {
  const { clientHello, serverHello, version } = handshake;
  if (serverHello === undefined || version === undefined) return "no keys";
  if (version !== TLS_1_3) {
    const found = findMasterKeys(handshake, keyLog);
    if (typeof found === "string") return found;
    const opener = (cipher: RecordCipher) => new RecordOpener((generation) => (generation === 0 ? cipher : undefined), 0, keyLog);
    return { client: opener(found.client), server: opener(found.server), master: found.master };
  }
  const { protection } = cipherSuite(serverHello.cipherSuite);
  if (clientHello === undefined) return "no keys";
  if (protection === undefined || protection.mode === "null" || crypto().getCipherInfo(protection.cipher) === undefined)
    return "unsupported";
  const secrets = keyLog.find(hex(clientHello.random));
  return secrets === undefined ? "no keys" : tls13Openers(protection, secrets, clientHello.hasEarlyData, keyLog);
}

/** The hellos of a handshake up to TLS 1.2; a connection may have several. */
export interface Hellos {
  readonly clientHello: ClientHello | undefined;
  readonly serverHello: ServerHello | undefined;
  readonly hasCertificate: boolean;
}

export interface MasterKeys extends Readonly<Record<Side, RecordCipher>> {
  /** Undefined where records are read without. */
  readonly master: Uint8Array | undefined;
}

/** What opens records behind the ChangeCipherSpec of a handshake up to TLS 1.2. */
export function findMasterKeys(hellos: Hellos, keyLog: KeyLog): MasterKeys | "no keys" | "unsupported" {
  const { clientHello, serverHello } = hellos;
  if (serverHello === undefined) return "no keys";
  const suite = cipherSuite(serverHello.cipherSuite);
  const { protection } = suite;
  const { version } = serverHello;
  if (protection === undefined || serverHello.compression !== 0 || version < 0x0301) return "unsupported";
  const isNull = protection.mode === "null";
  if (!isNull && crypto().getCipherInfo(protection.cipher) === undefined) return "unsupported";
  const master = clientHello === undefined ? undefined : (keyLog.find(hex(clientHello.random))?.master ?? resumedMaster(hellos, keyLog));
  if (master === undefined || clientHello === undefined)
    return isNull ? { client: nullCipher(protection), server: nullCipher(protection), master: undefined } : "no keys";
  if (serverHello.sessionId.length > 0) keyLog.learnSession(hex(serverHello.sessionId), master);
  const ciphers = ciphersFromMaster({
    suite,
    minorVersion: version & 255,
    master,
    clientRandom: clientHello.random,
    serverRandom: serverHello.random,
    isEncryptThenMac: serverHello.isEncryptThenMac,
  });
  return ciphers === undefined ? "unsupported" : { client: ciphers[0], server: ciphers[1], master };
}

/** Whoever gives the ticket back later goes on with this master secret. */
export function learnTicket(keyLog: KeyLog, ticket: Uint8Array, master: Uint8Array): void {
  keyLog.learnSession(ticketKey(ticket), master);
}

/** By ticket where the server took it, else by session id (RFC 5077 §3.4, RFC 5246 §7.3). */
function resumedMaster({ clientHello, serverHello, hasCertificate }: Hellos, keyLog: KeyLog): Uint8Array | undefined {
  if (clientHello === undefined || serverHello === undefined || hasCertificate) return undefined;
  const ticket = clientHello.ticket.length > 0 ? keyLog.findSession(ticketKey(clientHello.ticket)) : undefined;
  return ticket ?? (serverHello.sessionId.length > 0 ? keyLog.findSession(hex(serverHello.sessionId)) : undefined);
}

const CLIENT_SECRETS: readonly (SecretName | undefined)[] = ["clientEarly", "clientHandshake", "clientTraffic"];
const SERVER_SECRETS: readonly (SecretName | undefined)[] = [undefined, "serverHandshake", "serverTraffic"];

function tls13Openers(protection: Protection, secrets: Secrets, hasEarlyData: boolean, keyLog: KeyLog): ConnectionKeys {
  return {
    client: new RecordOpener(generations(protection, secrets, CLIENT_SECRETS), hasEarlyData ? EARLY_KEYS : HANDSHAKE_KEYS, keyLog),
    server: new RecordOpener(generations(protection, secrets, SERVER_SECRETS), HANDSHAKE_KEYS, keyLog),
    master: undefined,
  };
}

/** Made when they are asked for: a secret may still come, and later generations are derived from those before (RFC 8446 §7.2). */
function generations(protection: Protection, secrets: Secrets, names: readonly (SecretName | undefined)[]): CipherAt {
  let newest = FIRST_TRAFFIC;
  let newestSecret: Uint8Array | undefined;
  const ciphers = new Map<number, RecordCipher>();
  const secretOf = (generation: number): Uint8Array | undefined => {
    const name = names[generation];
    if (generation < FIRST_TRAFFIC) return name === undefined ? undefined : secrets[name];
    newestSecret ??= secrets[names[FIRST_TRAFFIC] ?? "clientTraffic"];
    for (; newestSecret !== undefined && newest < generation; newest++)
      newestSecret = expandLabel(protection.hash, newestSecret, "traffic upd", newestSecret.length);
    return generation === newest ? newestSecret : undefined;
  };
  return (generation) => {
    const made = ciphers.get(generation);
    if (made !== undefined) return made;
    const secret = secretOf(generation);
    if (secret === undefined) return undefined;
    const cipher = cipherFromSecret(protection, secret);
    ciphers.set(generation, cipher);
    ciphers.delete(generation - KEPT_GENERATIONS);
    return cipher;
  };
}

/** What is in use, and what is tried ahead of it. */
const KEPT_GENERATIONS = 4;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}

function ticketKey(ticket: Uint8Array): string {
  return `ticket ${crypto().createHash("sha256").update(ticket).digest("hex")}`;
}
