// Behind a gap: looks for the next record of one direction among any bytes. Bytes that only look like a header are frequent in what is
// encrypted, and say where a record would end that there is not: none of them may keep another from being tried as soon as it is whole.

import type { Segment } from "../../tcp/stream-sink.ts";
import { MAX_TLS_RECORD_CANDIDATES } from "../../wire/limits.ts";
import type { KeptBytes } from "../kept-bytes.ts";
import { CHANGE_CIPHER_SPEC, fragmentLength, HEADER_LENGTH, isRecordHeader, type TlsRecord } from "./record.ts";

/** Where a record may begin. */
interface Candidate {
  /** In the window. */
  start: number;
  readonly first: Segment;
  readonly firstLength: number;
}

/** Whether this is a record: `give up` ends the search for good. */
export type Take = (record: TlsRecord) => "yes" | "no" | "give up";

const EMPTY = new Uint8Array(0);
/** Shorter fragments are no protected ones: an AEAD's tag and a content type. */
const MIN_PROTECTED = 9;

export class RecordSearch {
  readonly #budget: KeptBytes;
  readonly #take: Take;
  readonly #record: TlsRecord;
  /** The bytes from the first candidate on. */
  #window: Uint8Array = EMPTY;
  #length = 0;
  /** Position of the window in the stream. */
  #offset = 0;
  #candidates: Candidate[] = [];

  /** `record` is handed to `take`, filled in. */
  constructor(record: TlsRecord, budget: KeptBytes, take: Take) {
    this.#record = record;
    this.#budget = budget;
    this.#take = take;
  }

  /** `offset`: position of `bytes[start]`. Where in `bytes` the record ends that was found, or which answer ended the search. */
  push(bytes: Uint8Array, start: number, end: number, offset: number, segment: Segment): number | "none" | "give up" {
    const before = this.#length;
    if (before === 0) this.#offset = offset;
    if (!this.#append(bytes, start, end)) {
      this.clear();
      return "none";
    }
    this.#findCandidates(before, segment);
    const answer = this.#tryCandidates(segment);
    if (typeof answer !== "number") {
      if (answer === "none") this.#trim();
      else this.clear();
      return answer;
    }
    this.clear();
    // It was not whole before: it ends in these bytes.
    return start + answer - before;
  }

  /** Bytes are missing: nothing that was begun will be whole. */
  clear(): void {
    this.#budget.give(this.#window.length);
    this.#window = EMPTY;
    this.#length = 0;
    this.#candidates = [];
  }

  #findCandidates(from: number, segment: Segment): void {
    const { length } = this.#candidates;
    for (let at = from; at < this.#length && this.#candidates.length < MAX_TLS_RECORD_CANDIDATES; at++)
      if (mayBegin(this.#window, at, this.#length))
        this.#candidates.push({ start: at, first: this.#candidates[length]?.first ?? { ...segment }, firstLength: this.#length - at });
  }

  /** Where in the window the record ends that is one. */
  #tryCandidates(last: Segment): number | "none" | "give up" {
    let left = 0;
    for (const candidate of this.#candidates) {
      if (!mayBegin(this.#window, candidate.start, this.#length)) continue;
      const isHeaderThere = this.#length - candidate.start >= HEADER_LENGTH;
      const end = candidate.start + HEADER_LENGTH + (isHeaderThere ? fragmentLength(this.#window, candidate.start) : 0);
      if (!isHeaderThere || end > this.#length) {
        this.#candidates[left++] = candidate;
        continue;
      }
      this.#fill(candidate, end, last);
      const answer = this.#take(this.#record);
      if (answer !== "no") return answer === "yes" ? end : answer;
    }
    this.#candidates.length = left;
    return "none";
  }

  #fill({ start, first, firstLength }: Candidate, end: number, last: Segment): void {
    const record = this.#record;
    const isWhole = firstLength >= end - start;
    record.type = this.#window[start]!;
    record.minorVersion = this.#window[start + 2]!;
    record.bytes = this.#window;
    record.start = start;
    record.end = end;
    record.offset = this.#offset + start;
    // Equal objects say that it lay in one packet.
    record.first = isWhole ? last : first;
    record.firstLength = isWhole ? end - start : firstLength;
    record.last = last;
  }

  #trim(): void {
    const [first] = this.#candidates;
    if (first === undefined) {
      this.clear();
      return;
    }
    const { start } = first;
    if (start === 0) return;
    this.#window.copyWithin(0, start, this.#length);
    this.#length -= start;
    this.#offset += start;
    for (const candidate of this.#candidates) candidate.start -= start;
  }

  #append(bytes: Uint8Array, start: number, end: number): boolean {
    const needed = this.#length + (end - start);
    if (needed > this.#window.length) {
      const room = Math.max(needed, this.#window.length * 2);
      if (!this.#budget.take(room - this.#window.length)) return false;
      const more = new Uint8Array(room);
      more.set(this.#window.subarray(0, this.#length));
      this.#window = more;
    }
    this.#window.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    return true;
  }
}

/** Whether a record may begin at `at`, of whose header not all bytes need be there: stricter than `isRecordHeader`, among any bytes. */
function mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at]! < 20 || bytes[at]! > 23) return false;
  if (at + 1 < end && bytes[at + 1] !== 3) return false;
  if (at + 2 < end && (bytes[at + 2]! < 1 || bytes[at + 2]! > 3)) return false;
  if (at + HEADER_LENGTH > end) return true;
  const length = fragmentLength(bytes, at);
  return isRecordHeader(bytes, at) && (bytes[at] === CHANGE_CIPHER_SPEC ? length === 1 : length >= MIN_PROTECTED);
}
