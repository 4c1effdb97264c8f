// The bytes of a stream until it is known what it speaks: both directions are asked, because a server may speak first and a client's first
// line may lie in several segments.

import type { Direction, Segment } from "../tcp/stream-sink.ts";
import { opposite } from "../tcp/stream-sink.ts";
import { MAX_UNDECIDED_BYTES } from "../wire/limits.ts";
import type { KeptBytes } from "./kept-bytes.ts";
import type { Sender, StreamProtocol } from "./stream-protocol.ts";

interface Beginning {
  bytes: Uint8Array;
  readonly segment: Segment;
  /** True once no protocol claims it. It is kept: the other direction may still tell what this one speaks. */
  isRefused: boolean;
  /** Bytes behind `bytes` for which there was no room. */
  unkept: number;
}

/** Whether a protocol that recognises a sender may have it: a SYN may have said that this end is the other side. */
export type MayBe = (from: Direction, sender: Sender) => boolean;

export interface Recognised {
  readonly protocol: StreamProtocol;
  /** The direction whose bytes told, and who sends in it. */
  readonly from: Direction;
  readonly sender: Sender;
}

/** Hears what was kept of one direction, once it is known what it is. */
export interface Replay {
  data(from: Direction, bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  gap(from: Direction, length: number, segment: Segment): void;
}

export class FirstBytes {
  readonly #protocols: readonly StreamProtocol[];
  readonly #budget: KeptBytes;
  readonly #mayBe: MayBe;
  readonly #kept: [Beginning | undefined, Beginning | undefined] = [undefined, undefined];
  #isOver = false;
  /** True when the stream was joined in its middle, or has lost bytes: each later segment may then be a beginning. */
  beganLate: boolean;

  constructor(protocols: readonly StreamProtocol[], budget: KeptBytes, mayBe: MayBe, beganLate: boolean) {
    this.#protocols = protocols;
    this.#budget = budget;
    this.#mayBe = mayBe;
    this.beganLate = beganLate;
  }

  /** Takes a segment. What it returns is known from now on; `replay()` then hands out all bytes so far, this segment's included. */
  add(from: Direction, bytes: Uint8Array, start: number, end: number, segment: Segment): Recognised | undefined {
    if (this.#isOver) return undefined;
    const before = this.#kept[from];
    if (this.beganLate && before !== undefined) {
      // The bytes that waited were no beginning if these are one by themselves.
      const alone = this.#recognize(from, bytes, start, end);
      if (typeof alone === "object") {
        this.#forget(from);
        this.#keep(from, bytes, start, end, segment);
        return alone;
      }
    }
    this.#keep(from, bytes, start, end, segment);
    const beginning = this.#kept[from];
    if (beginning === undefined || beginning.isRefused) return undefined;
    const answer = this.#recognize(from, beginning.bytes, 0, beginning.bytes.length);
    if (typeof answer === "object") return answer;
    if (answer === "no" || beginning.unkept > 0) this.#refuse(from, beginning);
    return undefined;
  }

  /** Bytes are missing: what was kept before them is no beginning, what comes behind them may be one. */
  gap(from: Direction): void {
    this.beganLate = true;
    this.#isOver = false;
    this.#forget(from);
    if (this.#kept[opposite(from)]?.isRefused === true) this.#forget(opposite(from));
  }

  /** The client's bytes first: a reader that knows the request reads the response better. */
  replay(client: Direction, reader: Replay): void {
    for (const from of [client, opposite(client)]) {
      const beginning = this.#kept[from];
      if (beginning === undefined) continue;
      const { bytes, segment, unkept } = beginning;
      this.#forget(from);
      reader.data(from, bytes, 0, bytes.length, segment);
      if (unkept > 0) reader.gap(from, unkept, segment);
    }
    this.#isOver = true;
  }

  close(): void {
    this.#forget(0);
    this.#forget(1);
    this.#isOver = true;
  }

  #recognize(from: Direction, bytes: Uint8Array, start: number, end: number): Recognised | "no" | "need more" {
    let answer: "no" | "need more" = "no";
    for (const protocol of this.#protocols) {
      const sender = protocol.recognize(bytes, start, end);
      // An earlier protocol that cannot decide yet goes first: the HTTP/2 preface is a well-formed HTTP/1 start line.
      if (sender === "need more") answer = "need more";
      else if (sender !== "no" && answer === "no" && this.#mayBe(from, sender)) return { protocol, from, sender };
    }
    return answer;
  }

  #refuse(from: Direction, beginning: Beginning): void {
    if (this.beganLate) {
      this.#forget(from);
      return;
    }
    beginning.isRefused = true;
    if (this.#kept[opposite(from)]?.isRefused === true) this.close();
  }

  #keep(from: Direction, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    const before = this.#kept[from];
    const kept = before?.bytes.length ?? 0;
    const isFull = before !== undefined && before.unkept > 0;
    const room = isFull ? 0 : Math.min(end - start, Math.max(0, MAX_UNDECIDED_BYTES - kept));
    // The first segment is kept whole, so that what it alone tells is never lost to the cap.
    const count = before === undefined ? end - start : room;
    if (count === 0 || !this.#budget.take(count)) {
      if (before !== undefined) before.unkept += end - start;
      return;
    }
    if (before === undefined) {
      this.#kept[from] = { bytes: bytes.slice(start, end), segment: { ...segment }, isRefused: false, unkept: 0 };
      return;
    }
    const joined = new Uint8Array(kept + count);
    joined.set(before.bytes);
    joined.set(bytes.subarray(start, start + count), kept);
    before.bytes = joined;
    before.unkept += end - start - count;
  }

  #forget(from: Direction): void {
    this.#budget.give(this.#kept[from]?.bytes.length ?? 0);
    this.#kept[from] = undefined;
  }
}
