// What the reading of one direction of HTTP/1 says to the one who joins both.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { FieldLines } from "./field-reader.ts";
import type { Framing } from "./message-framing.ts";

/** A head as it lies in `bytes`; borrowed until the call returns. */
export interface Head {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** The line feed that ends the start line, or the end of the bytes where the start line was cut. */
  readonly startLineEnd: number;
  readonly fields: FieldLines;
  /** False when the capture lacks a part of it. */
  readonly isComplete: boolean;
  readonly length: number;
  /** Where its first byte was seen. */
  readonly first: Segment;
}

/** Why a message is not whole: bytes that the capture lacks or that make no sense, or its direction ended before it did. */
export type Cut = "gap" | "ended";

export interface MessageEvents {
  /** A start line with its fields. Answers how the body is framed, or undefined when the start line is no start line. */
  head(from: Side, head: Head): Framing | undefined;
  body(from: Side, length: number): void;
  /** The message is over; `cut` says why it is not whole. */
  messageEnd(from: Side, segment: Segment | undefined, cut: Cut | undefined): void;
  tunnel(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  problem(code: "malformed" | "limit", message: string, segment: Segment): void;
}
