// Puts one direction of a connection in order (RFC 9293 §3.4, §3.10): what continues the stream is handed on in place, what comes early is
// kept, what was seen before is dropped, and what never comes is said to be a gap.

import type { DecodedPacket } from "../packet/decoded-packet.ts";
import {
  DUPLICATE_WINDOW_US,
  EARLY_SEGMENT_COST,
  GAP_WAIT_UNACKNOWLEDGED_US,
  GAP_WAIT_US,
  MAX_OUT_OF_ORDER_BYTES,
  MAX_OUT_OF_ORDER_SEGMENTS,
  MAX_WINDOW_BYTES,
} from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Connection } from "./connection.ts";
import type { EarlySegment, Flow } from "./flow.ts";
import { type Direction, opposite, type Segment } from "./stream-sink.ts";

/** TCP itself takes three more packets for proof of a loss (RFC 5681 §3.2); a capture of several interfaces may show each of them twice. */
const PACKETS_BEFORE_GAP = 8;

const segment: Segment = { at: 0, packet: 0, capture: 0, offset: 0, acknowledged: -1 };

/** Takes the payload of a TCP packet. Returns the change in bytes kept out of order, and what keeping them costs. */
export function receive(connection: Connection, from: Direction, packet: DecodedPacket): number {
  const flow = connection.flows[from];
  const distance = (packet.sequence - flow.next) | 0;
  if (distance > 0) return keepEarly(connection, from, packet);
  const old = distance === 0 || joinsEarlier(flow, packet) ? 0 : -distance;
  if (old >= packet.payloadLength) {
    seenBefore(connection, from, packet);
    return 0;
  }
  flow.lastTimestampValue = packet.timestampValue;
  flow.lastIdentification = packet.identification;
  flow.lastAt = packet.timestamp;
  flow.lastPacket = packet.number;
  flow.lastCapture = packet.capture;
  const start = Math.min(packet.payloadStart + old, packet.payloadEnd);
  place(connection, from, packet.timestamp, packet.number, packet.capture, packet.acknowledgment);
  deliver(connection, from, packet.bytes, start, packet.payloadEnd, packet.payloadLength - old);
  return flow.early === undefined ? 0 : deliverEarly(connection, from);
}

/**
 * A connection that was joined late stands where the first acknowledgment said. Bytes from before it are welcome as long as none was delivered:
 * the capture swapped the two, or the peer sends them again. One byte is a keep-alive probe (RFC 9293 §3.8.4).
 */
function joinsEarlier(flow: Flow, packet: DecodedPacket): boolean {
  if (flow.isStartKnown || flow.offset > 0 || packet.payloadLength <= 1) return false;
  flow.next = packet.sequence;
  return true;
}

/** Declares missing bytes a gap when they will not come any more. Returns the change in bytes kept out of order. */
export function giveUpMissing(connection: Connection, from: Direction, now: Timestamp): number {
  const flow = connection.flows[from];
  const first = flow.early?.[0];
  if (first === undefined) return 0;
  flow.packetsSinceMissed++;
  const waited = now - flow.missedAt;
  const wasReceived = flow.isAcknowledged && ((flow.acknowledged - first.sequence) | 0) >= 0;
  const isLost = wasReceived ? flow.packetsSinceMissed > PACKETS_BEFORE_GAP || waited > GAP_WAIT_US : waited > GAP_WAIT_UNACKNOWLEDGED_US;
  const isTooMuch = flow.earlyBytes > MAX_OUT_OF_ORDER_BYTES || (flow.early?.length ?? 0) > MAX_OUT_OF_ORDER_SEGMENTS;
  return isLost || isTooMuch ? skipMissing(connection, from) : 0;
}

/** Hands out all that was kept, with gaps for what is missing. Returns the change in bytes kept out of order. */
export function flush(connection: Connection, from: Direction): number {
  let change = 0;
  while (connection.flows[from].early !== undefined) change += skipMissing(connection, from);
  return change;
}

/** The connection is over: as `flush`, with a gap for what is known to be missing at the end. */
export function finish(connection: Connection, from: Direction): number {
  const change = flush(connection, from);
  const flow = connection.flows[from];
  const tail = unseenTail(flow);
  if (tail > 0) {
    place(connection, from, connection.lastPacketAt, flow.lastPacket, flow.lastCapture, flow.acknowledged);
    declareGap(connection, from, tail);
  }
  return change;
}

/** Bytes at the end of a direction that nothing followed: the FIN's number, or the peer's acknowledgment, says that they were there. */
function unseenTail(flow: Flow): number {
  if (!flow.started || flow.isFinished) return 0;
  const tail =
    flow.finishAt !== undefined ? (flow.finishAt - flow.next) | 0 : flow.isAcknowledged ? (flow.acknowledged - flow.next) | 0 : 0;
  // A lost FIN is acknowledged too, and takes one number.
  return tail > (flow.finishAt === undefined ? 1 : 0) && tail <= MAX_WINDOW_BYTES ? tail : 0;
}

function skipMissing(connection: Connection, from: Direction): number {
  const flow = connection.flows[from];
  const first = flow.early?.[0];
  if (first === undefined) return 0;
  if (flow.isAcknowledged && ((first.sequence - flow.acknowledged) | 0) > MAX_WINDOW_BYTES) return dropEarly(flow);
  const length = (first.sequence - flow.next) | 0;
  place(connection, from, first.at, first.packet, first.capture, first.acknowledgment);
  declareGap(connection, from, length);
  return deliverEarly(connection, from);
}

/** No window reaches so far (RFC 9293 §3.10.7.4): a damaged sequence number must not move the stream. */
function dropEarly(flow: Flow): number {
  const first = flow.early?.shift();
  const dropped = first === undefined ? 0 : costOf(first.bytes);
  flow.earlyBytes -= dropped;
  if (flow.early?.length === 0) flow.early = undefined;
  else restartWait(flow);
  return -dropped;
}

function deliver(connection: Connection, from: Direction, bytes: Uint8Array, start: number, end: number, length: number): void {
  const flow = connection.flows[from];
  const captured = Math.min(end - start, length);
  segment.offset = flow.offset;
  if (captured > 0) {
    flow.offset += captured;
    flow.next = (flow.next + captured) | 0;
    flow.bytes += captured;
    connection.stream?.data(from, bytes, start, start + captured, segment);
  }
  if (captured < length) {
    flow.cutOff += length - Math.max(captured, 0);
    declareGap(connection, from, length - Math.max(captured, 0));
  }
}

function declareGap(connection: Connection, from: Direction, length: number): void {
  const flow = connection.flows[from];
  segment.offset = flow.offset;
  flow.offset += length;
  flow.next = (flow.next + length) | 0;
  flow.missing += length;
  connection.stream?.gap(from, length, segment);
}

/** Fills in where the bytes that are about to be delivered were seen. */
function place(connection: Connection, from: Direction, at: Timestamp, packet: number, capture: number, acknowledgment: number): void {
  const other = connection.flows[opposite(from)];
  segment.at = at;
  segment.packet = packet;
  segment.capture = capture;
  segment.acknowledged = other.started ? other.offset + ((acknowledgment - other.next) | 0) : -1;
}

function keepEarly(connection: Connection, from: Direction, packet: DecodedPacket): number {
  const flow = connection.flows[from];
  if (flow.early === undefined) {
    flow.early = [];
    flow.missedAt = packet.timestamp;
    flow.packetsSinceMissed = 0;
  }
  const { early } = flow;
  let at = early.length;
  while (at > 0 && ((early[at - 1]!.sequence - packet.sequence) | 0) > 0) at--;
  const before = early[at - 1];
  if (before !== undefined && before.sequence === packet.sequence && before.length >= packet.payloadLength) {
    // Kept and not delivered yet: what it shows again is not reported as a second sight of a message.
    if (packet.timestamp - before.at > DUPLICATE_WINDOW_US) flow.retransmissions++;
    else flow.secondSights++;
    return 0;
  }
  const bytes = packet.bytes.slice(packet.payloadStart, packet.payloadEnd);
  early.splice(at, 0, {
    sequence: packet.sequence,
    bytes,
    length: packet.payloadLength,
    at: packet.timestamp,
    packet: packet.number,
    capture: packet.capture,
    acknowledgment: packet.acknowledgment,
  });
  const cost = costOf(bytes);
  flow.earlyBytes += cost;
  return cost;
}

function costOf(bytes: Uint8Array): number {
  return bytes.length + EARLY_SEGMENT_COST;
}

function deliverEarly(connection: Connection, from: Direction): number {
  const flow = connection.flows[from];
  let released = 0;
  for (let first: EarlySegment | undefined = flow.early?.[0]; first !== undefined; first = flow.early?.[0]) {
    const old = (flow.next - first.sequence) | 0;
    if (old < 0) break;
    flow.early?.shift();
    released += costOf(first.bytes);
    if (old >= first.length) continue;
    place(connection, from, first.at, first.packet, first.capture, first.acknowledgment);
    deliver(connection, from, first.bytes, Math.min(old, first.bytes.length), first.bytes.length, first.length - old);
  }
  flow.earlyBytes -= released;
  if (flow.early?.length === 0) flow.early = undefined;
  else restartWait(flow);
  return -released;
}

function restartWait(flow: Flow): void {
  const first = flow.early?.[0];
  if (first === undefined) return;
  flow.missedAt = first.at;
  flow.packetsSinceMissed = 0;
}

/** All of it was delivered before: a keep-alive probe (RFC 9293 §3.8.4), a second sight of one packet, or a retransmission. */
function seenBefore(connection: Connection, from: Direction, packet: DecodedPacket): void {
  const flow = connection.flows[from];
  const distance = (packet.sequence - flow.next) | 0;
  if (packet.payloadLength === 1 && distance === -1) return;
  if (!isSecondSight(flow, packet)) {
    flow.retransmissions++;
    return;
  }
  flow.secondSights++;
  place(connection, from, packet.timestamp, packet.number, packet.capture, packet.acknowledgment);
  segment.offset = flow.offset + distance;
  connection.stream?.seenAgain(from, packet.payloadLength, segment);
}

/**
 * A retransmission is sent later: with a newer TSval (RFC 7323 §3.2), without timestamps with a newer IPv4 identification, and hardly ever before
 * the shortest retransmission time-out. A packet that passes two interfaces shows the same numbers twice at once.
 */
function isSecondSight(flow: Flow, packet: DecodedPacket): boolean {
  if (packet.timestamp - flow.lastAt > DUPLICATE_WINDOW_US) return false;
  if (packet.timestampValue !== 0) return ((packet.timestampValue - flow.lastTimestampValue) | 0) <= 0;
  return (packet.identification - flow.lastIdentification) << 16 <= 0;
}
