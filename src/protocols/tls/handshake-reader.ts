// Puts handshake messages together (RFC 8446 §4): several lie in one record, one lies across several.

import { MAX_HANDSHAKE_MESSAGE_BYTES } from "../../wire/limits.ts";
import type { KeptBytes } from "../kept-bytes.ts";

export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const NEW_SESSION_TICKET = 4;
export const END_OF_EARLY_DATA = 5;
export const ENCRYPTED_EXTENSIONS = 8;
export const CERTIFICATE = 11;
export const FINISHED = 20;
export const KEY_UPDATE = 24;

/** Messages whose bytes are read. Of all others the type is told and the bytes are skipped: certificates are not kept. */
const READ: ReadonlySet<number> = new Set([CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, ENCRYPTED_EXTENSIONS]);
const HEADER = 4;
const EMPTY = new Uint8Array(0);

/** One whole message; its body is `bytes[start..end)`, borrowed, and empty for a type that is not read. */
export type OnMessage = (type: number, bytes: Uint8Array, start: number, end: number) => void;

export class HandshakeReader {
  readonly #budget: KeptBytes;
  readonly #onMessage: OnMessage;
  /** The beginning of a message that is not whole. */
  #kept: Uint8Array = EMPTY;
  #length = 0;
  #skip = 0;
  #skippedType = 0;
  /** A message was longer than any real one is. */
  isTooLong = false;

  constructor(budget: KeptBytes, onMessage: OnMessage) {
    this.#budget = budget;
    this.#onMessage = onMessage;
  }

  /** The content of a handshake record. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#skip > 0) at = this.#skipSome(at, end);
      else if (this.#length > 0) at = this.#continue(bytes, at, end);
      else at = this.#begin(bytes, at, end);
    }
  }

  /** Bytes are missing: what was begun will not be whole. */
  reset(): void {
    this.#skip = 0;
    this.#release();
  }

  #begin(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < HEADER) return this.#keep(bytes, at, end);
    const type = bytes[at]!;
    const length = messageLength(bytes, at);
    if (!this.#isRead(type, length)) return this.#startSkip(type, length, at + HEADER);
    const next = at + HEADER + length;
    if (next > end) return this.#keep(bytes, at, end);
    this.#onMessage(type, bytes, at + HEADER, next);
    return next;
  }

  #continue(bytes: Uint8Array, at: number, end: number): number {
    if (this.#length < HEADER) {
      const count = Math.min(HEADER - this.#length, end - at);
      this.#keep(bytes, at, at + count);
      if (this.#length !== HEADER) return at + count;
      const type = this.#kept[0]!;
      const length = messageLength(this.#kept, 0);
      if (this.#isRead(type, length) && length > 0) return at + count;
      this.#release();
      if (!this.#isRead(type, length)) return this.#startSkip(type, length, at + count);
      this.#onMessage(type, EMPTY, 0, 0);
      return at + count;
    }
    const whole = HEADER + messageLength(this.#kept, 0);
    const count = Math.min(whole - this.#length, end - at);
    this.#keep(bytes, at, at + count);
    if (this.#length === whole) {
      const message = this.#kept;
      this.#release();
      this.#onMessage(message[0]!, message, HEADER, whole);
    }
    return at + count;
  }

  #isRead(type: number, length: number): boolean {
    if (!READ.has(type)) return false;
    if (length > MAX_HANDSHAKE_MESSAGE_BYTES) this.isTooLong = true;
    return length <= MAX_HANDSHAKE_MESSAGE_BYTES;
  }

  #startSkip(type: number, length: number, next: number): number {
    this.#skip = length;
    this.#skippedType = type;
    if (length === 0) this.#onMessage(type, EMPTY, 0, 0);
    return next;
  }

  #skipSome(at: number, end: number): number {
    const count = Math.min(this.#skip, end - at);
    this.#skip -= count;
    if (this.#skip === 0) this.#onMessage(this.#skippedType, EMPTY, 0, 0);
    return at + count;
  }

  #keep(bytes: Uint8Array, start: number, end: number): number {
    const needed = this.#length + (end - start);
    if (needed > this.#kept.length) {
      const room = Math.max(needed, 512, this.#kept.length * 2);
      if (!this.#budget.take(room - this.#kept.length)) {
        this.reset();
        this.isTooLong = true;
        return end;
      }
      const more = new Uint8Array(room);
      more.set(this.#kept.subarray(0, this.#length));
      this.#kept = more;
    }
    this.#kept.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    return end;
  }

  #release(): void {
    this.#budget.give(this.#kept.length);
    this.#kept = EMPTY;
    this.#length = 0;
  }
}

function messageLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
