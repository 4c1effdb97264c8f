// What the control bits of a segment change in a connection (RFC 9293 §3.10), as far as an observer needs it.

import { ACK, type DecodedPacket } from "../packet/decoded-packet.ts";
import { MAX_WINDOW_BYTES } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Connection } from "./connection.ts";
import type { Flow } from "./flow.ts";
import { type Direction, opposite } from "./stream-sink.ts";

/** A connection with what finds it and what its control bits said. */
export interface TrackedConnection {
  readonly connection: Connection;
  /** Address numbers and ports of `connection.ends`. */
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
  /** Initial sequence number of the client's SYN: another one on the same ports is another connection. */
  initialSequence: number | undefined;
  /** Who sent a RST that has not proved to be ignored. */
  resetFrom: Direction | undefined;
  /** When its end was seen; undefined while it goes on. */
  endingSince: Timestamp | undefined;
}

/** A SYN on ports that are in use: a retransmission has the same sequence number, a new connection another one (RFC 9293 §3.10.7.4). */
export function isReopened(entry: TrackedConnection, packet: DecodedPacket): boolean {
  if (entry.initialSequence !== undefined) return entry.initialSequence !== packet.sequence;
  const flow = entry.connection.flows[directionOf(entry, packet)];
  // The SYN of a handshake whose answer, or whose first data, came first in the capture.
  if (flow.started && ((flow.next - flow.offset - packet.sequence) | 0) === 1) return false;
  return entry.connection.isClosed || flow.started;
}

/** Bytes that a closed connection has sent before: a second sight, or a retransmission that came too late. */
export function isOld(entry: TrackedConnection, packet: DecodedPacket): boolean {
  const flow = entry.connection.flows[directionOf(entry, packet)];
  const distance = (packet.sequence - flow.next) | 0;
  return flow.started && distance <= 0 && distance > -MAX_WINDOW_BYTES;
}

export function synchronize(entry: TrackedConnection, from: Direction, packet: DecodedPacket): void {
  const { connection } = entry;
  const flow = connection.flows[from];
  const isAnswer = (packet.flags & ACK) !== 0;
  if (!flow.started) {
    flow.started = true;
    flow.next = (packet.sequence + 1) | 0;
  }
  flow.isStartKnown = true;
  connection.clientDirection ??= isAnswer ? opposite(from) : from;
  if (!isAnswer) {
    entry.initialSequence ??= packet.sequence;
    if (connection.handshake === "not seen") connection.handshake = "unanswered";
  } else connection.handshake = "complete";
  // Data in a SYN (RFC 7413) follows the sequence number that the SYN itself takes.
  if (packet.payloadLength > 0) packet.sequence = (packet.sequence + 1) | 0;
}

export function acknowledge(flow: Flow, acknowledgment: number): void {
  if (!flow.started) {
    // The peer has received all up to here; what comes later than this number and was not seen is missing.
    flow.started = true;
    flow.next = acknowledgment;
  }
  if (!flow.isAcknowledged || ((acknowledgment - flow.acknowledged) | 0) > 0) {
    flow.acknowledged = acknowledgment;
    flow.isAcknowledged = true;
  }
}

function directionOf(entry: TrackedConnection, packet: DecodedPacket): Direction {
  return packet.source === entry.source && packet.sourcePort === entry.sourcePort ? 0 : 1;
}
