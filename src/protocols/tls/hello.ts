// ClientHello and ServerHello (RFC 8446 §4.1, RFC 5246 §7.4.1) as far as a key log, a report or a rule asks for what they say.

import { ByteReader, Truncated } from "../../wire/byte-reader.ts";

export interface ClientHello {
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  /** Empty when none was sent (RFC 5077 §3.2). */
  readonly ticket: Uint8Array;
  readonly serverName: string | undefined;
  /** Application protocols that it offers (RFC 7301 §3.1). */
  readonly protocols: readonly string[];
  /** The highest version that it offers; see `ServerHello.version`. */
  readonly version: number;
  readonly cipherSuites: number;
  readonly hasEarlyData: boolean;
}

export interface ServerHello {
  /** 0x0303 is TLS 1.2, 0x0304 is TLS 1.3, 0x7fNN its draft NN. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly cipherSuite: number;
  readonly compression: number;
  readonly protocol: string | undefined;
  readonly isEncryptThenMac: boolean;
  /** It took a pre-shared key (RFC 8446 §4.2.11): the session is resumed. */
  readonly hasPreSharedKey: boolean;
  /** It only asks for another ClientHello (RFC 8446 §4.1.4). */
  readonly isRetryRequest: boolean;
}

export interface EncryptedExtensions {
  readonly protocol: string | undefined;
  readonly hasEarlyData: boolean;
}

const SERVER_NAME = 0;
const ALPN = 16;
const ENCRYPT_THEN_MAC = 22;
const SESSION_TICKET = 35;
const PRE_SHARED_KEY = 41;
const EARLY_DATA = 42;
const SUPPORTED_VERSIONS = 43;

/** SHA-256 of `HelloRetryRequest` (RFC 8446 §4.1.3). */
const RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
/** RFC 6066 §3 bounds names by DNS; RFC 7301 §3.1 protocol names by one byte of length. */
const MAX_NAME = 255;
const MAX_PROTOCOLS = 16;
const EMPTY = new Uint8Array(0);

/** Undefined when it breaks the specification. All bytes are copied. */
export function readClientHello(bytes: Uint8Array, start: number, end: number): ClientHello | undefined {
  return orUndefined(() => {
    const reader = new ByteReader(bytes, start, end);
    let version = reader.u16();
    const random = reader.view(32).slice();
    const sessionId = reader.view(reader.u8()).slice();
    const cipherSuites = reader.u16() / 2;
    reader.skip(cipherSuites * 2);
    reader.skip(reader.u8());
    let serverName: string | undefined;
    let protocols: string[] = [];
    let ticket: Uint8Array = EMPTY;
    let hasEarlyData = false;
    readExtensions(reader, (type, data) => {
      if (type === SERVER_NAME) serverName = readServerName(data);
      else if (type === ALPN) protocols = readProtocols(data);
      else if (type === SESSION_TICKET) ticket = data.view(data.left).slice();
      else if (type === EARLY_DATA) hasEarlyData = true;
      else if (type === SUPPORTED_VERSIONS) version = highestVersion(data, version);
    });
    return { random, sessionId, ticket, serverName, protocols, version, cipherSuites, hasEarlyData };
  });
}

export function readServerHello(bytes: Uint8Array, start: number, end: number): ServerHello | undefined {
  return orUndefined(() => {
    const reader = new ByteReader(bytes, start, end);
    let version = reader.u16();
    const random = reader.view(32).slice();
    // Drafts before 22 of TLS 1.3 left out session id and compression.
    const isOldDraft = version >> 8 === 0x7f;
    const sessionId = isOldDraft ? EMPTY : reader.view(reader.u8()).slice();
    const cipherSuite = reader.u16();
    const compression = isOldDraft ? 0 : reader.u8();
    let protocol: string | undefined;
    let isEncryptThenMac = false;
    let hasPreSharedKey = false;
    readExtensions(reader, (type, data) => {
      if (type === ALPN) [protocol] = readProtocols(data);
      else if (type === ENCRYPT_THEN_MAC) isEncryptThenMac = true;
      else if (type === PRE_SHARED_KEY) hasPreSharedKey = true;
      else if (type === SUPPORTED_VERSIONS) version = data.u16();
    });
    const isRetryRequest = Buffer.from(random).toString("hex") === RETRY_RANDOM;
    return { version, random, sessionId, cipherSuite, compression, protocol, isEncryptThenMac, hasPreSharedKey, isRetryRequest };
  });
}

export function readEncryptedExtensions(bytes: Uint8Array, start: number, end: number): EncryptedExtensions | undefined {
  return orUndefined(() => {
    let protocol: string | undefined;
    let hasEarlyData = false;
    readExtensions(new ByteReader(bytes, start, end), (type, data) => {
      if (type === ALPN) [protocol] = readProtocols(data);
      else if (type === EARLY_DATA) hasEarlyData = true;
    });
    return { protocol, hasEarlyData };
  });
}

/** The ticket of a NewSessionTicket up to TLS 1.2 (RFC 5077 §3.3). */
export function readTicket(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
  return orUndefined(() => {
    const reader = new ByteReader(bytes, start, end);
    reader.skip(4);
    return reader.view(reader.u16()).slice();
  });
}

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Truncated) return undefined;
    throw error;
  }
}

function readExtensions(reader: ByteReader, extension: (type: number, data: ByteReader) => void): void {
  if (reader.left < 2) return;
  const all = reader.view(reader.u16());
  const list = new ByteReader(all);
  while (list.left >= 4) {
    const type = list.u16();
    extension(type, new ByteReader(list.view(list.u16())));
  }
}

/** A server sends it empty. */
function readServerName(data: ByteReader): string | undefined {
  if (data.left < 5) return undefined;
  data.skip(2);
  const isHostName = data.u8() === 0;
  const name = data.view(data.u16());
  return isHostName ? printable(name) : undefined;
}

function readProtocols(data: ByteReader): string[] {
  const names: string[] = [];
  const list = new ByteReader(data.view(data.u16()));
  while (list.left > 0 && names.length < MAX_PROTOCOLS) {
    const name = printable(list.view(list.u8()));
    if (name !== undefined) names.push(name);
  }
  return names;
}

function highestVersion(data: ByteReader, before: number): number {
  let highest = before;
  const list = new ByteReader(data.view(data.u8()));
  while (list.left >= 2) {
    const version = list.u16();
    // Numbers that mean nothing are mixed in (RFC 8701).
    const isGrease = (version & 0x0f0f) === 0x0a0a;
    if (!isGrease && rank(version) > rank(highest)) highest = version;
  }
  return highest;
}

/** A draft of TLS 1.3 is older than TLS 1.3 and newer than TLS 1.2. */
function rank(version: number): number {
  return version >> 8 === 0x7f ? 0x0303 + (version & 255) / 256 : version >> 8 === 3 ? version : 0;
}

/** Undefined for what no host or protocol name holds. */
function printable(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length > MAX_NAME || bytes.some((byte) => byte <= 0x20 || byte >= 0x7f)) return undefined;
  return Buffer.from(bytes).toString("latin1");
}
