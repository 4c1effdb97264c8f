// Hands decrypted application data to a reader of its own, with the places where its ciphertext was seen: a position inside is that of the
// byte's ciphertext in the TCP stream.

import type { CloseReason, Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { StreamReader } from "../stream-protocol.ts";
import { HEADER_LENGTH, type TlsRecord } from "./record.ts";

export class PlainOutput {
  readonly #open: () => StreamReader;
  #reader: StreamReader | undefined;
  readonly #segment: Segment = { at: 0, packet: 0, capture: 0, offset: 0, acknowledged: -1 };

  constructor(open: () => StreamReader) {
    this.#open = open;
  }

  get spoken(): string | undefined {
    return this.#reader?.spoken;
  }

  /** The first `length` bytes of `content`, which begin `before` bytes behind the record's header. */
  data(from: Side, record: TlsRecord, content: Uint8Array, length: number, before: number): void {
    if (length === 0) return;
    const { first, last, firstLength } = record;
    const offset = record.offset + HEADER_LENGTH + before;
    const inFirst = first === last ? length : Math.min(length, Math.max(0, firstLength - HEADER_LENGTH - before));
    // What came later was sent later: a response ends when its last packet was seen.
    if (inFirst > 0) this.#data(from, content, 0, inFirst, first, offset);
    if (inFirst < length) this.#data(from, content, inFirst, length, last, offset + inFirst);
  }

  /** `length` bytes of application data are missing; 0 when it is not known yet how many. */
  gap(from: Side, length: number, segment: Segment): void {
    this.#reader ??= this.#open();
    this.#reader.gap(from, length, this.#place(segment, segment.offset));
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#reader?.seenAgain(from, length, segment);
  }

  end(from: Side): void {
    this.#reader?.end(from);
  }

  close(reason: CloseReason): void {
    this.#reader?.close(reason);
  }

  #data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment, offset: number): void {
    this.#reader ??= this.#open();
    this.#reader.data(from, bytes, start, end, this.#place(segment, offset));
  }

  #place({ at, packet, capture, acknowledged }: Segment, offset: number): Segment {
    const place = this.#segment;
    place.at = at;
    place.packet = packet;
    place.capture = capture;
    place.acknowledged = acknowledged;
    place.offset = offset;
    return place;
  }
}
