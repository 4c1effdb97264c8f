// Protocols that begin in the clear and may go on with TLS on the same connection. What they say in the clear is not read; the TLS behind it is.

import type { CloseReason, Segment } from "../tcp/stream-sink.ts";
import type { Side } from "../wire/endpoint.ts";
import type { StreamContext, StreamProtocol, StreamReader } from "./stream-protocol.ts";

/** From the client's hello on, which is looked for at any place: a client of MySQL sends it behind its request without waiting for an answer. */
export function upgradingProtocol(name: string, recognize: StreamProtocol["recognize"]): StreamProtocol {
  return { name, recognize, open: (context) => new UpgradeReader(name, context) };
}

/** Record header, header of the message, and its version: what tells a ClientHello from anything that is said in the clear. */
const HELLO_START = 11;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const EMPTY = new Uint8Array(0);

class UpgradeReader implements StreamReader {
  readonly #name: string;
  readonly #context: StreamContext;
  #inner: StreamReader | undefined;
  /** Last bytes of the client that may begin a hello, and where they were seen. */
  #tail: Uint8Array = EMPTY;
  #tailSegment: Segment | undefined;

  constructor(name: string, context: StreamContext) {
    this.#name = name;
    this.#context = context;
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    if (this.#inner !== undefined) this.#inner.data(from, bytes, start, end, segment);
    else if (from === "client" && !this.#searchTail(bytes, start, end, segment)) this.#search(bytes, start, end, segment);
  }

  gap(from: Side, length: number, segment: Segment): void {
    this.#tail = EMPTY;
    this.#inner?.gap(from, length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#inner?.seenAgain(from, length, segment);
  }

  end(from: Side): void {
    this.#inner?.end(from);
  }

  close(reason: CloseReason): void {
    this.#inner?.close(reason);
  }

  #search(bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    for (let at = start; at < end; at++) {
      const answer = bytes[at] === HANDSHAKE ? isClientHello(bytes, at, end) : "no";
      if (answer === "no") continue;
      const place = { ...segment, offset: segment.offset + (at - start) };
      if (answer === "yes") this.#open().data("client", bytes, at, end, place);
      else {
        this.#tail = bytes.slice(at, end);
        this.#tailSegment = place;
      }
      return;
    }
  }

  /** A hello that began before these bytes. True when they are done with. */
  #searchTail(bytes: Uint8Array, start: number, end: number, segment: Segment): boolean {
    const tail = this.#tail;
    const place = this.#tailSegment;
    if (tail.length === 0 || place === undefined) return false;
    const taken = Math.min(end - start, HELLO_START);
    const joined = new Uint8Array(tail.length + taken);
    joined.set(tail);
    joined.set(bytes.subarray(start, start + taken), tail.length);
    this.#tail = EMPTY;
    for (let at = 0; at < tail.length; at++) {
      const answer = isClientHello(joined, at, joined.length);
      if (answer === "no") continue;
      const found = { ...place, offset: place.offset + at };
      if (answer === "yes") {
        const inner = this.#open();
        inner.data("client", tail, at, tail.length, found);
        inner.data("client", bytes, start, end, segment);
      } else {
        this.#tail = joined.subarray(at);
        this.#tailSegment = found;
      }
      return true;
    }
    return false;
  }

  #open(): StreamReader {
    this.#inner = this.#context.inner(undefined, this.#name);
    return this.#inner;
  }
}

/** RFC 8446 §5.1, §4.1.2: its legacy_version is at most 0x0303, and it is not longer than 64 KB. */
function isClientHello(bytes: Uint8Array, at: number, end: number): "yes" | "no" | "need more" {
  const length = Math.min(HELLO_START, end - at);
  const may = (i: number, fits: boolean) => i >= length || fits;
  const isOne =
    may(0, bytes[at] === HANDSHAKE) &&
    may(1, bytes[at + 1] === 3) &&
    may(2, bytes[at + 2]! <= 3) &&
    may(5, bytes[at + 5] === CLIENT_HELLO) &&
    may(6, bytes[at + 6] === 0) &&
    may(8, u16(bytes, at + 7) + 4 >= u16(bytes, at + 3)) &&
    may(9, bytes[at + 9] === 3) &&
    may(10, bytes[at + 10]! <= 3);
  return isOne ? (length === HELLO_START ? "yes" : "need more") : "no";
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
