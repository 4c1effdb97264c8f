import type { Timestamp } from "../wire/timestamp.ts";

/** A segment that came before the bytes in front of it. */
export interface EarlySegment {
  sequence: number;
  readonly bytes: Uint8Array;
  /** Bytes on the wire; more than `bytes` where the snap length cut it. */
  readonly length: number;
  readonly at: Timestamp;
  readonly packet: number;
  readonly capture: number;
  readonly acknowledgment: number;
}

/** One direction of a connection. Sequence numbers are signed 32-bit integers: their differences wrap by themselves. */
export class Flow {
  /** Whether any packet of this direction told where the stream stands. */
  started = false;
  /** Whether a SYN told where the stream begins; else `next` is where the capture joined it. */
  isStartKnown = false;
  /** The sequence number that continues the stream. */
  next = 0;
  /** Stream bytes that were delivered or declared missing; the position of `next`. */
  offset = 0;
  /** The highest acknowledgment that the other end sent for this direction. */
  acknowledged = 0;
  isAcknowledged = false;
  /** Sequence number behind the last byte, once a FIN was seen. */
  finishAt: number | undefined;
  isFinished = false;

  /** Out-of-order segments by sequence number; undefined while the stream is in order. */
  early: EarlySegment[] | undefined;
  earlyBytes = 0;
  /** When the first missing byte was missed, and how many packets of the connection came since. */
  missedAt: Timestamp = 0;
  packetsSinceMissed = 0;

  /** Of the newest segment in order: tells a second sight of a packet from a retransmission. */
  lastTimestampValue = 0;
  lastIdentification = 0;
  lastAt: Timestamp = 0;
  lastPacket = 0;
  lastCapture = 0;

  packets = 0;
  bytes = 0;
  retransmissions = 0;
  secondSights = 0;
  /** Bytes that the capture does not hold; of them the ends of packets that it does hold. */
  missing = 0;
  cutOff = 0;
}
