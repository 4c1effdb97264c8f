// Finds the records of one direction (RFC 8446 §5.1): those that lie in one segment are read in place, unwanted ones are skipped by
// arithmetic, and behind a gap `RecordSearch` looks for the next one whose decryption proves that it begins there.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { KeptBytes } from "../kept-bytes.ts";
import { fragmentLength, HEADER_LENGTH, isRecordHeader, MAX_FRAGMENT_LENGTH, type TlsRecord } from "./record.ts";
import { RecordSearch } from "./record-search.ts";

export interface RecordEvents {
  /** Whether the bytes of such a record are needed. */
  wants(type: number): boolean;
  record(record: TlsRecord): void;
  /** A record of this type and fragment length went by whose bytes were not wanted, or that the capture lacks a part of. */
  passed(type: number, length: number, segment: Segment): void;
  /** Bytes are missing, and with them where records begin. */
  lost(segment: Segment): void;
  /** Bytes where a record should begin, and that are none. Nothing more is read of this direction. */
  notRecord(bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  /** Behind lost bytes: whether this is a record, and not bytes that look like one. It is taken if it is. */
  take(record: TlsRecord): "yes" | "no" | "give up";
}

type State = "records" | "lost" | "over";

const EMPTY = new Uint8Array(0);
const NOWHERE: Segment = { at: 0, packet: 0, capture: 0, offset: 0, acknowledged: -1 };

export class RecordReader {
  readonly #events: RecordEvents;
  readonly #budget: KeptBytes;
  readonly #record: TlsRecord = {
    type: 0,
    minorVersion: 0,
    bytes: EMPTY,
    start: 0,
    end: 0,
    offset: 0,
    first: NOWHERE,
    firstLength: 0,
    last: NOWHERE,
  };
  readonly #search: RecordSearch;
  #state: State = "records";
  /** Bytes of a fragment that are still to be skipped. */
  #skip = 0;
  /** The beginning of a record that is not whole. */
  #kept: Uint8Array = EMPTY;
  #length = 0;
  #first: Segment = NOWHERE;
  #firstLength = 0;
  #offset = 0;

  constructor(events: RecordEvents, budget: KeptBytes) {
    this.#events = events;
    this.#budget = budget;
    this.#search = new RecordSearch(this.#record, budget, (record) => events.take(record));
  }

  /** Bytes were lost, and no record was found since. */
  get isLost(): boolean {
    return this.#state === "lost";
  }

  data(bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    let at = start;
    while (at < end && this.#state !== "over") {
      if (this.#skip > 0) {
        const count = Math.min(this.#skip, end - at);
        this.#skip -= count;
        at += count;
      } else if (this.#state === "lost") at = this.#look(bytes, at, end, segment.offset + (at - start), segment);
      else if (this.#length > 0) at = this.#continue(bytes, at, end, segment);
      else at = this.#begin(bytes, at, end, segment.offset + (at - start), segment);
    }
  }

  /** `length` bytes are missing. Inside one fragment that record is lost and where the next begins is known. */
  gap(length: number, segment: Segment): void {
    if (this.#state === "over") return;
    const isInside = this.#length >= HEADER_LENGTH;
    const left = this.#skip > 0 ? this.#skip : isInside ? HEADER_LENGTH + fragmentLength(this.#kept, 0) - this.#length : 0;
    if (this.#length > 0 && isInside && length <= left) this.#events.passed(this.#kept[0]!, fragmentLength(this.#kept, 0), segment);
    this.#release();
    this.#search.clear();
    if (length <= left) {
      this.#skip = left - length;
      return;
    }
    this.#skip = 0;
    this.#state = "lost";
    this.#events.lost(segment);
  }

  /** Nothing more is wanted of this direction. */
  close(): void {
    this.#release();
    this.#search.clear();
    this.#state = "over";
  }

  #begin(bytes: Uint8Array, at: number, end: number, offset: number, segment: Segment): number {
    if (end - at < HEADER_LENGTH) return this.#keep(bytes, at, end, offset, segment);
    if (!isRecordHeader(bytes, at)) return this.#refuse(bytes, at, end, segment);
    const length = fragmentLength(bytes, at);
    const next = at + HEADER_LENGTH + length;
    if (!this.#events.wants(bytes[at]!)) return this.#pass(bytes[at]!, length, at, next, end, segment);
    if (next > end) return this.#keep(bytes, at, end, offset, segment);
    this.#fill(bytes, at, next, offset, segment, next - at, segment);
    this.#events.record(this.#record);
    return next;
  }

  #continue(bytes: Uint8Array, at: number, end: number, segment: Segment): number {
    const isHeaderThere = this.#length >= HEADER_LENGTH;
    const whole = isHeaderThere ? HEADER_LENGTH + fragmentLength(this.#kept, 0) : HEADER_LENGTH;
    const count = Math.min(whole - this.#length, end - at);
    if (!this.#append(bytes, at, at + count)) return this.#passKept(whole, at, end, segment);
    if (this.#length < whole) return at + count;
    if (isHeaderThere) this.#finish(whole, segment);
    else if (!isRecordHeader(this.#kept, 0)) {
      const kept = this.#kept;
      const length = this.#length;
      this.#release();
      return this.#refuse(kept, 0, length, segment) && end;
    } else if (!this.#events.wants(this.#kept[0]!)) {
      const length = fragmentLength(this.#kept, 0);
      const type = this.#kept[0]!;
      this.#release();
      return this.#pass(type, length, at, at + count + length, end, segment);
    }
    return at + count;
  }

  #finish(whole: number, segment: Segment): void {
    this.#fill(this.#kept, 0, whole, this.#offset, this.#first, this.#firstLength, segment);
    this.#length = 0;
    this.#events.record(this.#record);
    // Records are read one after another: their buffer is used again, a big one is given back.
    if (this.#kept.length > SMALL_BUFFER) this.#release();
  }

  /** Behind lost bytes. */
  #look(bytes: Uint8Array, at: number, end: number, offset: number, segment: Segment): number {
    const found = this.#search.push(bytes, at, end, offset, segment);
    if (found === "none") return end;
    if (found === "give up") {
      this.close();
      return end;
    }
    // What it held may have ended the reading of this direction.
    if (this.#state === "lost") this.#state = "records";
    return found;
  }

  #refuse(bytes: Uint8Array, start: number, end: number, segment: Segment): number {
    this.close();
    this.#events.notRecord(bytes, start, end, segment);
    return end;
  }

  /** `next`: where the record ends, which may be behind `end`. */
  #pass(type: number, length: number, at: number, next: number, end: number, segment: Segment): number {
    this.#events.passed(type, length, segment);
    this.#skip = Math.max(0, next - end);
    return Math.max(at, Math.min(next, end));
  }

  /** There is no room for the rest of the record that is kept. */
  #passKept(whole: number, at: number, end: number, segment: Segment): number {
    const left = whole - this.#length;
    const type = this.#kept[0]!;
    const isCertain = this.#length >= HEADER_LENGTH;
    const length = isCertain ? fragmentLength(this.#kept, 0) : 0;
    this.#release();
    if (isCertain) return this.#pass(type, length, at, at + left, end, segment);
    this.#state = "lost";
    return end;
  }

  #keep(bytes: Uint8Array, start: number, end: number, offset: number, segment: Segment): number {
    this.#first = { ...segment };
    this.#firstLength = end - start;
    this.#offset = offset;
    if (this.#append(bytes, start, end)) return end;
    if (end - start >= HEADER_LENGTH) {
      const length = fragmentLength(bytes, start);
      return this.#pass(bytes[start]!, length, start, start + HEADER_LENGTH + length, end, segment);
    }
    this.#state = "lost";
    return end;
  }

  #append(bytes: Uint8Array, start: number, end: number): boolean {
    const needed = this.#length + (end - start);
    if (needed > this.#kept.length) {
      const room = Math.min(HEADER_LENGTH + MAX_FRAGMENT_LENGTH, Math.max(needed, SMALL_BUFFER, this.#kept.length * 2));
      if (!this.#budget.take(room - this.#kept.length)) return false;
      const more = new Uint8Array(room);
      more.set(this.#kept.subarray(0, this.#length));
      this.#kept = more;
    }
    this.#kept.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    return true;
  }

  #release(): void {
    this.#budget.give(this.#kept.length);
    this.#kept = EMPTY;
    this.#length = 0;
  }

  #fill(bytes: Uint8Array, start: number, end: number, offset: number, first: Segment, firstLength: number, last: Segment): void {
    const record = this.#record;
    record.type = bytes[start]!;
    record.minorVersion = bytes[start + 2]!;
    record.bytes = bytes;
    record.start = start;
    record.end = end;
    record.offset = offset;
    record.first = first;
    record.firstLength = firstLength;
    record.last = last;
  }
}

const SMALL_BUFFER = 2048;
