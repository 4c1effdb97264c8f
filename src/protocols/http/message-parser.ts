// One direction of an HTTP/1 connection (RFC 9112) as an observer sees it: heads are read in place when they lie in one segment, bodies are
// skipped by arithmetic, and after a gap or garbage reading goes on at the next certain start line.

import type { Segment } from "../../tcp/stream-sink.ts";
import { CR, LF } from "../../wire/ascii.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_FIELD_VALUE_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, MAX_START_LINE_BYTES } from "../../wire/limits.ts";
import type { KeptBuffer } from "../kept-buffer.ts";
import type { BodySink } from "./body-sink.ts";
import { type ChunkedBody, createChunkedBody } from "./chunked-body.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Cut, Head, MessageEvents } from "./message-events.ts";
import type { Framing } from "./message-framing.ts";
import { recognizeStartLine } from "./start-line.ts";
import { UnfinishedStart } from "./unfinished-start.ts";

type State = "head" | "length" | "chunked" | "until close" | "lost" | "tunnel";

export class MessageParser {
  readonly #from: Side;
  readonly #fieldReader: FieldReader;
  readonly #events: MessageEvents;
  readonly #kept: KeptBuffer;
  #state: State;
  /** Body bytes still to come. */
  #left = 0;
  #chunked: ChunkedBody | undefined;
  /** Where the bytes of the current body go; undefined where they are only counted. */
  #sink: BodySink | undefined;
  /** True while the kept bytes were taken for the beginning of a head only because they may be one. */
  #isDoubtful = false;
  #isTunnelNext = false;
  /** That of the kept bytes. */
  readonly #start = new UnfinishedStart();

  /** `beganLate`: the stream may have been joined in the middle of a message. */
  constructor(from: Side, fieldReader: FieldReader, events: MessageEvents, kept: KeptBuffer, beganLate: boolean) {
    this.#from = from;
    this.#fieldReader = fieldReader;
    this.#events = events;
    this.#kept = kept;
    this.#state = beganLate ? "lost" : "head";
  }

  data(bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case "head":
          at = this.#kept.length === 0 ? this.#readHead(bytes, at, end, start, segment) : this.#continueHead(bytes, at, end, segment);
          break;
        case "length": {
          const taken = Math.min(this.#left, end - at);
          this.#sink?.data(bytes, at, at + taken);
          this.#left -= taken;
          at += taken;
          this.#events.body(this.#from, taken);
          if (this.#left === 0) this.#finish(segment);
          break;
        }
        case "chunked":
          at = this.#readChunked(bytes, at, end, segment);
          break;
        case "until close":
          this.#sink?.data(bytes, at, end);
          this.#events.body(this.#from, end - at);
          at = end;
          break;
        case "lost":
          if (at !== start || !this.#mayStart(bytes, at, end)) return;
          this.#state = "head";
          break;
        case "tunnel":
          this.#events.tunnel(this.#from, bytes, at, end, at === start ? segment : { ...segment, offset: segment.offset + at - start });
          return;
      }
    }
  }

  /** `length` bytes are missing: inside a body they are counted, anywhere else the message they touch is lost. */
  gap(length: number, segment: Segment): void {
    this.#endBody(false);
    switch (this.#state) {
      case "head":
        if (this.#kept.length > 0) this.#cutHead(segment, "gap");
        this.#state = "lost";
        break;
      case "length":
        if (length > this.#left) {
          this.#lose(segment);
          return;
        }
        this.#left -= length;
        this.#events.body(this.#from, length);
        if (this.#left === 0) this.#finish(segment);
        break;
      case "chunked":
        if (this.#chunked?.skip(length) !== true) {
          this.#lose(segment);
          return;
        }
        this.#events.body(this.#from, length);
        break;
      case "until close":
        this.#events.body(this.#from, length);
        break;
      case "lost":
      case "tunnel":
    }
  }

  /** Nothing more comes in this direction; `isFinished` when its sender said so (FIN). */
  end(isFinished: boolean): void {
    this.#endBody(isFinished && this.#state === "until close");
    if (this.#state === "until close") this.#events.messageEnd(this.#from, undefined, isFinished ? undefined : "ended");
    else if (this.#state === "length" || this.#state === "chunked") this.#events.messageEnd(this.#from, undefined, "ended");
    else if (this.#kept.length > 0) this.#cutHead(this.#kept.first, "ended");
    if (this.#state !== "tunnel") this.#state = "lost";
    this.#chunked = undefined;
  }

  /** The body of the message whose head is read now goes there, up to its end or to bytes that the capture lacks. */
  tap(sink: BodySink | undefined): void {
    this.#sink = sink;
  }

  /** The bytes that follow belong to another protocol (RFC 9110 §7.8, §9.3.6): behind the body, where one is under way. */
  becomeTunnel(): void {
    this.#isTunnelNext = this.#state === "length" || this.#state === "chunked";
    if (this.#isTunnelNext) return;
    this.#kept.clear();
    this.#state = "tunnel";
  }

  /** Whether a segment may begin a message, behind bytes that were lost. */
  #mayStart(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    const answer = recognizeStartLine(bytes, at, end);
    this.#isDoubtful = answer === "need more";
    return answer === this.#from || (answer === "need more" && end - at >= MIN_UNDECIDED_START);
  }

  #readHead(bytes: Uint8Array, from: number, end: number, segmentStart: number, segment: Segment): number {
    let at = from;
    while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    if (at >= end) return end;
    const first = at === segmentStart ? segment : { ...segment, offset: segment.offset + (at - segmentStart) };
    const next = this.#parse(bytes, at, end, first, segment);
    if (next !== undefined) return next;
    if (recognizeStartLine(bytes, at, end) === "no") return this.#garbage(end, segment);
    if (!this.#kept.begin(bytes, at, end, first)) return this.#tooLong(end, segment);
    this.#start.begin();
    return end;
  }

  #continueHead(bytes: Uint8Array, at: number, end: number, segment: Segment): number {
    const kept = this.#kept;
    if (this.#isDoubtful && recognizeStartLine(bytes, at, end) === this.#from) {
      // What was kept was the end of something else.
      this.#isDoubtful = false;
      kept.clear();
      return this.#readHead(bytes, at, end, at, segment);
    }
    const before = kept.length;
    if (!kept.append(bytes, at, Math.min(end, at + MAX_HEAD_BYTES - before + 1))) return this.#tooLong(end, segment);
    if (mayEndHead(kept.bytes, before, kept.length)) {
      const next = this.#parse(kept.bytes, 0, kept.length, kept.first, segment);
      if (next !== undefined) {
        kept.clear();
        return at + Math.max(0, next - before);
      }
    } else if (before <= MAX_START_LINE_BYTES && this.#start.isNone(kept.bytes, kept.length)) {
      kept.clear();
      return this.#garbage(end, segment);
    }
    return kept.length > MAX_HEAD_BYTES ? this.#tooLong(end, segment) : end;
  }

  #garbage(end: number, segment: Segment): number {
    this.#events.problem("malformed", "bytes that begin no message", segment);
    this.#state = "lost";
    return end;
  }

  #tooLong(end: number, segment: Segment): number {
    this.#events.problem("limit", `a head of more than ${MAX_HEAD_BYTES} bytes, or too many unfinished ones at a time`, segment);
    if (this.#kept.length > 0) this.#cutHead(segment, "gap");
    this.#state = "lost";
    return end;
  }

  /** Reads one head; returns the offset behind it, or undefined when it is not whole. */
  #parse(bytes: Uint8Array, start: number, end: number, first: Segment, segment: Segment): number | undefined {
    const lf = this.#fieldReader.lines.find(bytes, start, end);
    if (lf === end) return undefined;
    const next = this.#fieldReader.read(bytes, lf + 1, end);
    if (next < 0) return undefined;
    const { fields } = this.#fieldReader;
    if (fields.malformed > 0) this.#events.problem("malformed", `${fields.malformed} lines of a head are no field lines`, segment);
    if (fields.isBeyondLimits) this.#events.problem("limit", BEYOND_LIMITS, segment);
    const head: Head = { bytes, start, startLineEnd: lf, fields, isComplete: true, length: next - start, first };
    this.#begin(this.#events.head(this.#from, head), segment);
    return this.#state === "lost" ? end : next;
  }

  #begin(framing: Framing | undefined, segment: Segment): void {
    switch (framing?.kind) {
      case undefined:
        this.#events.problem("malformed", "bytes that begin no message", segment);
        this.#state = "lost";
        break;
      case "none":
        this.#finish(segment);
        break;
      case "length":
        this.#state = "length";
        this.#left = framing.length;
        break;
      case "chunked":
        this.#state = "chunked";
        this.#chunked = createChunkedBody();
        break;
      case "until close":
        this.#state = "until close";
        break;
      case "tunnel":
        this.#state = "tunnel";
        this.#events.messageEnd(this.#from, segment, undefined);
        break;
      case "unknown":
        this.#events.problem("malformed", framing.why, segment);
        this.#lose(segment);
    }
  }

  #readChunked(bytes: Uint8Array, start: number, end: number, segment: Segment): number {
    const chunked = this.#chunked;
    if (chunked === undefined) return end;
    const before = chunked.bodyLength;
    const next = chunked.read(bytes, start, end, this.#sink);
    this.#events.body(this.#from, chunked.bodyLength - before);
    if (chunked.state === "malformed" || chunked.state === "too long") {
      this.#events.problem(chunked.state === "malformed" ? "malformed" : "limit", `a ${chunked.state} chunk-size line or trailer`, segment);
      this.#lose(segment);
      return end;
    }
    if (chunked.state === "end") this.#finish(segment);
    return next;
  }

  #endBody(isWhole: boolean): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end(isWhole);
  }

  #finish(segment: Segment): void {
    this.#endBody(true);
    this.#isDoubtful = false;
    this.#chunked = undefined;
    if (this.#state !== "tunnel") this.#state = this.#isTunnelNext ? "tunnel" : "head";
    this.#events.messageEnd(this.#from, segment, undefined);
  }

  #lose(segment: Segment): void {
    this.#endBody(false);
    this.#chunked = undefined;
    this.#state = "lost";
    this.#events.messageEnd(this.#from, segment, "gap");
  }

  /** The rest of the head will not come: what whole lines say is used. */
  #cutHead(segment: Segment, cut: Cut): void {
    const { bytes, length, first } = this.#kept;
    const lf = this.#fieldReader.lines.find(bytes, 0, length);
    this.#fieldReader.read(bytes, Math.min(lf + 1, length), length);
    const { fields } = this.#fieldReader;
    const head: Head = { bytes, start: 0, startLineEnd: lf, fields, isComplete: false, length, first };
    const framing = this.#events.head(this.#from, head);
    this.#kept.clear();
    if (framing !== undefined) this.#events.messageEnd(this.#from, segment, cut);
  }
}

const BEYOND_LIMITS = `more than ${MAX_FIELDS} trace fields in one head, or one of more than ${MAX_FIELD_VALUE_BYTES} bytes`;

/** Fewer bytes that could begin a start line, behind a gap, are more likely the rest of something else. */
const MIN_UNDECIDED_START = 5;

/** Whether the new bytes bring a line feed that could end the head: without one, reading again would only cost time. */
function mayEndHead(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== LF) continue;
    const before = at > 0 && bytes[at - 1] === CR ? at - 2 : at - 1;
    if (before >= 0 && bytes[before] === LF) return true;
  }
  return false;
}
