import type { Timestamp } from "../wire/timestamp.ts";

/** Which of the two ends sent it: 0 is the end whose packet was seen first. Who is the client may be known only later. */
export type Direction = 0 | 1;

export function opposite(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}

/** Where stream bytes were seen. One object is used again and again: borrowed until the call returns. */
export interface Segment {
  at: Timestamp;
  /** Frame number of the packet that brought the bytes. */
  packet: number;
  /** Index of the capture file that holds the packet. */
  capture: number;
  /** Position of the first byte in the stream of its direction; of decrypted bytes, that of their ciphertext: it rises, with leaps. */
  offset: number;
  /** How far into the other direction's stream the sender had acknowledged; -1 when not known. */
  acknowledged: number;
}

export type CloseReason = "fin" | "reset" | "replaced" | "evicted" | "capture ended";

/**
 * What a reassembled connection says, in order for each direction: the bytes, the gaps, the ends. Bytes of a gap are never made up and
 * never bridged.
 */
export interface StreamSink {
  /** `bytes[start..end)`, borrowed. */
  data(from: Direction, bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  /** `length` bytes that the capture does not hold: lost, or cut by the snap length. */
  gap(from: Direction, length: number, segment: Segment): void;
  /** Bytes that were delivered already were seen again in another packet: a second sight, not a retransmission. */
  seenAgain(from: Direction, length: number, segment: Segment): void;
  /** This direction was finished by its sender (FIN). */
  end(from: Direction): void;
  /** Nothing more comes. Called once, after the rest was delivered. */
  close(reason: CloseReason): void;
}
