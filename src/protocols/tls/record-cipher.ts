// Opens protected records of one direction under one set of keys. The ciphers are Node's; here is what each version puts into nonce,
// additional data and MAC.

import type { DecipherGCM, KeyObject } from "node:crypto";
import { loadWhenUsed } from "../../wire/load-when-used.ts";
import type { CipherSuite, Protection } from "./cipher-suites.ts";
import { expandLabel, keyBlock } from "./key-derivation.ts";
import { APPLICATION_DATA, HEADER_LENGTH, type TlsRecord } from "./record.ts";

const crypto = loadWhenUsed<typeof import("node:crypto")>("node:crypto");

export interface RecordCipher {
  /** False where `open()` proves nothing: any bytes may be a record. */
  readonly isProof: boolean;
  /** Bytes of a fragment in front of the content: an explicit nonce or IV. */
  readonly before: number;
  /** Bytes that a record is longer than its content, header and inner content type included; with CBC about. */
  readonly overhead: number;
  /**
   * The content of the record, in a buffer of its own, if it is authentic under this sequence number; else undefined. In TLS 1.3 the inner
   * content type and padding are still behind it (RFC 8446 §5.2).
   */
  open(record: TlsRecord, sequence: number): Uint8Array | undefined;
  /** An explicit nonce, which most senders count up by one a record. */
  explicitNonce?(record: TlsRecord): number;
}

export interface HandshakeKeys {
  readonly suite: CipherSuite;
  /** Minor version: 1 is TLS 1.0, 3 is TLS 1.2. */
  readonly minorVersion: number;
  readonly master: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  /** RFC 7366. */
  readonly isEncryptThenMac: boolean;
}

/** What both sides of a TLS 1.0 to 1.2 connection use behind ChangeCipherSpec (RFC 5246 §6.3); undefined when the cipher is not there. */
export function ciphersFromMaster(keys: HandshakeKeys): readonly [client: RecordCipher, server: RecordCipher] | undefined {
  const { protection } = keys.suite;
  if (protection === undefined || (protection.blockLength === 0 && protection.mode !== "null" && keys.minorVersion < 3)) return undefined;
  const { mode, keyLength, blockLength, macLength } = protection;
  const ivLength = mode === "chacha20" ? 12 : mode === "cbc" ? (keys.minorVersion === 1 ? blockLength : 0) : mode === "null" ? 0 : 4;
  const hash = keys.minorVersion < 3 ? undefined : protection.hash;
  const block = keyBlock(hash, keys.master, keys.clientRandom, keys.serverRandom, 2 * (macLength + keyLength + ivLength));
  const cipher = (side: 0 | 1): RecordCipher => {
    const part = (from: number, length: number) => block.subarray(from + side * length, from + (side + 1) * length);
    const mac = part(0, macLength);
    if (mode === "null") return new NullCipher(protection, mac);
    const key = crypto().createSecretKey(part(2 * macLength, keyLength));
    const iv = part(2 * (macLength + keyLength), ivLength);
    return mode === "cbc" ? new CbcCipher(protection, key, mac, iv, keys) : new AeadCipher(protection, key, iv, mode !== "chacha20");
  };
  return [cipher(0), cipher(1)];
}

/** TLS 1.3: from a traffic secret (RFC 8446 §7.3). */
export function cipherFromSecret(protection: Protection, secret: Uint8Array): RecordCipher {
  const { hash, keyLength } = protection;
  return new Tls13Cipher(
    protection,
    crypto().createSecretKey(expandLabel(hash, secret, "key", keyLength)),
    expandLabel(hash, secret, "iv", 12),
  );
}

const NONCE_LENGTH = 12;
const EXPLICIT_NONCE = 8;

/** What authenticates records and encrypts nothing is read without keys. */
export function nullCipher(protection: Protection): RecordCipher {
  return new NullCipher(protection, undefined);
}

/** A nonce and additional data that are filled in for each record. */
abstract class Aead {
  readonly isProof = true;
  protected readonly nonce = new Uint8Array(NONCE_LENGTH);
  protected readonly protection: Protection;
  readonly #key: KeyObject;

  constructor(protection: Protection, key: KeyObject) {
    this.protection = protection;
    this.#key = key;
  }

  /** Decrypts the fragment from `start` on, whose last bytes are the tag. */
  protected decrypt(bytes: Uint8Array, start: number, end: number, additional: Uint8Array): Uint8Array | undefined {
    const { cipher, tagLength, mode } = this.protection;
    const length = end - start - tagLength;
    if (length < 0) return undefined;
    try {
      // One type stands for all AEADs: their calls are the same.
      const decipher = crypto().createDecipheriv(cipher as "aes-128-gcm", this.#key, this.nonce, {
        authTagLength: tagLength,
      }) as DecipherGCM;
      decipher.setAuthTag(bytes.subarray(end - tagLength, end));
      decipher.setAAD(additional, mode === "ccm" ? { plaintextLength: length } : undefined);
      const content = decipher.update(bytes.subarray(start, end - tagLength));
      decipher.final();
      return content;
    } catch {
      // Not authentic: it is how Node says so.
      return undefined;
    }
  }
}

/** RFC 5288, RFC 6655 (explicit nonce), RFC 7905 (nonce from the sequence number). */
class AeadCipher extends Aead implements RecordCipher {
  readonly before: number;
  readonly overhead: number;
  readonly #iv: Uint8Array;
  readonly #additional = new Uint8Array(13);

  constructor(protection: Protection, key: KeyObject, iv: Uint8Array, isNonceExplicit: boolean) {
    super(protection, key);
    this.before = isNonceExplicit ? EXPLICIT_NONCE : 0;
    this.overhead = HEADER_LENGTH + this.before + protection.tagLength;
    this.#iv = iv;
  }

  open({ bytes, start, end, type, minorVersion }: TlsRecord, sequence: number): Uint8Array | undefined {
    const from = start + HEADER_LENGTH + this.before;
    const length = end - from - this.protection.tagLength;
    if (length < 0) return undefined;
    this.nonce.set(this.#iv);
    if (this.before > 0) this.nonce.set(bytes.subarray(start + HEADER_LENGTH, from), 4);
    else exclusiveOr(this.nonce, sequence);
    writeMacHeader(this.#additional, sequence, type, minorVersion, length);
    return this.decrypt(bytes, from, end, this.#additional);
  }

  explicitNonce({ bytes, start }: TlsRecord): number {
    return this.before === 0 ? -1 : readUint64(bytes, start + HEADER_LENGTH);
  }
}

class Tls13Cipher extends Aead implements RecordCipher {
  readonly before = 0;
  readonly overhead: number;
  readonly #iv: Uint8Array;

  constructor(protection: Protection, key: KeyObject, iv: Uint8Array) {
    super(protection, key);
    this.overhead = HEADER_LENGTH + 1 + protection.tagLength;
    this.#iv = iv;
  }

  open({ bytes, start, end, type }: TlsRecord, sequence: number): Uint8Array | undefined {
    if (type !== APPLICATION_DATA) return undefined;
    this.nonce.set(this.#iv);
    exclusiveOr(this.nonce, sequence);
    return this.decrypt(bytes, start + HEADER_LENGTH, end, bytes.subarray(start, start + HEADER_LENGTH));
  }
}

/** RFC 5246 §6.2.3.2 (MAC, then encrypt), RFC 7366 (encrypt, then MAC); TLS 1.0 chains the IV from record to record (RFC 2246 §6.2.3.2). */
class CbcCipher implements RecordCipher {
  readonly isProof = true;
  readonly before: number;
  readonly overhead: number;
  readonly #protection: Protection;
  readonly #key: KeyObject;
  readonly #mac: RecordMac;
  readonly #isEncryptThenMac: boolean;
  #iv: Uint8Array;

  constructor(
    protection: Protection,
    key: KeyObject,
    macKey: Uint8Array,
    iv: Uint8Array,
    { minorVersion, isEncryptThenMac }: HandshakeKeys,
  ) {
    const { blockLength, macLength } = protection;
    this.before = minorVersion > 1 ? blockLength : 0;
    this.overhead = HEADER_LENGTH + this.before + macLength + blockLength / 2;
    this.#protection = protection;
    this.#key = key;
    this.#mac = new RecordMac(protection, macKey);
    this.#iv = iv.slice();
    this.#isEncryptThenMac = isEncryptThenMac;
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    const { bytes, start, end } = record;
    const { cipher, blockLength, macLength } = this.#protection;
    const from = start + HEADER_LENGTH;
    const to = this.#isEncryptThenMac ? end - macLength : end;
    const cipherText = from + this.before;
    if (to - cipherText < blockLength || (to - cipherText) % blockLength !== 0) return undefined;
    const iv = this.before > 0 ? bytes.subarray(from, cipherText) : this.#iv;
    if (this.#isEncryptThenMac && !this.#mac.fits(record, sequence, bytes.subarray(from, to), bytes.subarray(to, end))) return undefined;
    const decipher = crypto().createDecipheriv(cipher, this.#key, iv);
    decipher.setAutoPadding(false);
    const plain = decipher.update(bytes.subarray(cipherText, to));
    const content = this.#unpad(plain, sequence, record);
    if (content !== undefined && this.before === 0) this.#iv = bytes.slice(to - blockLength, to);
    return content;
  }

  #unpad(plain: Uint8Array, sequence: number, record: TlsRecord): Uint8Array | undefined {
    const padding = plain[plain.length - 1]! + 1;
    const macLength = this.#isEncryptThenMac ? 0 : this.#protection.macLength;
    const length = plain.length - padding - macLength;
    if (length < 0) return undefined;
    for (let i = plain.length - padding; i < plain.length; i++) if (plain[i] !== padding - 1) return undefined;
    const content = plain.subarray(0, length);
    if (macLength === 0) return content;
    return this.#mac.fits(record, sequence, content, plain.subarray(length, length + macLength)) ? content : undefined;
  }
}

/** Authenticated and not encrypted (RFC 5246 §6.2.3.1): content, then MAC. Without the key of the MAC it is taken off unchecked. */
class NullCipher implements RecordCipher {
  readonly isProof: boolean;
  readonly before = 0;
  readonly overhead: number;
  readonly #macLength: number;
  readonly #mac: RecordMac | undefined;

  constructor(protection: Protection, macKey: Uint8Array | undefined) {
    this.isProof = macKey !== undefined;
    this.overhead = HEADER_LENGTH + protection.macLength;
    this.#macLength = protection.macLength;
    this.#mac = macKey === undefined ? undefined : new RecordMac(protection, macKey);
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    const { bytes, start, end } = record;
    const to = end - this.#macLength;
    if (to < start + HEADER_LENGTH) return undefined;
    const content = bytes.slice(start + HEADER_LENGTH, to);
    return this.#mac?.fits(record, sequence, content, bytes.subarray(to, end)) === false ? undefined : content;
  }
}

/** The HMAC of TLS 1.0 to 1.2. */
class RecordMac {
  readonly #hash: Protection["mac"];
  readonly #key: KeyObject;
  readonly #header = new Uint8Array(13);

  constructor({ mac }: Protection, key: Uint8Array) {
    this.#hash = mac;
    this.#key = crypto().createSecretKey(key);
  }

  fits({ type, minorVersion }: TlsRecord, sequence: number, data: Uint8Array, expected: Uint8Array): boolean {
    writeMacHeader(this.#header, sequence, type, minorVersion, data.length);
    const mac = crypto().createHmac(this.#hash, this.#key).update(this.#header).update(data).digest();
    return mac.length === expected.length && crypto().timingSafeEqual(mac, expected);
  }
}

/** Sequence number, type, version, length: in front of what is authenticated up to TLS 1.2 (RFC 5246 §6.2.3.1, §6.2.3.3). */
function writeMacHeader(header: Uint8Array, sequence: number, type: number, minorVersion: number, length: number): void {
  header.fill(0, 0, 8);
  exclusiveOr(header.subarray(0, 8), sequence);
  header[8] = type;
  header[9] = 3;
  header[10] = minorVersion;
  header[11] = length >> 8;
  header[12] = length & 255;
}

/** Adds a number to the last eight bytes, bit by bit, in network byte order. */
function exclusiveOr(bytes: Uint8Array, value: number): void {
  let rest = value;
  for (let i = bytes.length - 1; rest > 0; i--) {
    bytes[i]! ^= rest & 255;
    rest = Math.floor(rest / 256);
  }
}

function readUint64(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 8; i++) value = value * 256 + bytes[at + i]!;
  return value;
}
