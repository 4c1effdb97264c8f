// The connections of one vantage point: opens them, hands their segments to the reassembler, closes and forgets them.

import type { AddressTable } from "../packet/address-table.ts";
import { ACK, type DecodedPacket, FIN, RST, SYN } from "../packet/decoded-packet.ts";
import { type Anomaly, anomaly } from "../wire/anomaly.ts";
import { MAX_CONNECTIONS, MAX_OUT_OF_ORDER_BYTES_TOTAL } from "../wire/limits.ts";
import type { Emit } from "../wire/stage.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { Connection } from "./connection.ts";
import { ConnectionIndex } from "./connection-index.ts";
import { acknowledge, isOld, isReopened, synchronize, type TrackedConnection } from "./connection-state.ts";
import { EndingConnections } from "./ending-connections.ts";
import { finish, flush, giveUpMissing, receive } from "./stream-reassembler.ts";
import { type CloseReason, type Direction, opposite, type StreamSink } from "./stream-sink.ts";

/** Makes the reader of a connection whose first bytes have come. */
export type OpenStream = (connection: Connection) => StreamSink;

export class TcpTracker {
  readonly #vantage: number;
  readonly #addresses: AddressTable;
  readonly #openStream: OpenStream;
  readonly #emit: Emit<Anomaly>;
  readonly #index = new ConnectionIndex<TrackedConnection>();
  readonly #ending = new EndingConnections();
  #connections = 0;
  #earlyBytes = 0;
  readonly #limitsSaid = new Set<string>();

  constructor(vantage: number, addresses: AddressTable, openStream: OpenStream, emit: Emit<Anomaly>) {
    this.#vantage = vantage;
    this.#addresses = addresses;
    this.#openStream = openStream;
    this.#emit = emit;
  }

  push(packet: DecodedPacket): void {
    for (let due = this.#ending.takeDue(packet.timestamp); due !== undefined; due = this.#ending.takeDue(packet.timestamp))
      this.#forget(due);
    let entry = this.#index.find(packet.source, packet.sourcePort, packet.destination, packet.destinationPort);
    if (entry !== undefined && isAnother(entry, packet)) {
      this.#close(entry, entry.resetFrom === undefined ? "replaced" : "reset");
      this.#remove(entry);
      entry = undefined;
    }
    if (entry === undefined) entry = this.#open(packet);
    this.#segment(entry, packet);
  }

  /** The capture has ended: hands out what was kept, and closes every connection. */
  end(): void {
    const open = [...this.#index.values()].filter((entry) => !entry.connection.isClosed);
    for (const entry of open.sort(inOrder)) this.#close(entry, endReason(entry) ?? "capture ended");
  }

  #segment(entry: TrackedConnection, packet: DecodedPacket): void {
    const { connection } = entry;
    const from: Direction = packet.source === entry.source && packet.sourcePort === entry.sourcePort ? 0 : 1;
    const flow = connection.flows[from];
    const other = connection.flows[opposite(from)];
    const { flags } = packet;
    connection.lastPacketAt = packet.timestamp;
    flow.packets++;
    if ((flags & SYN) !== 0) synchronize(entry, from, packet);
    if ((flags & ACK) !== 0) acknowledge(other, packet.acknowledgment);
    if (connection.isClosed) return;
    if (!flow.started) {
      flow.started = true;
      flow.next = packet.sequence;
    }
    if (packet.payloadLength > 0 && !flow.isFinished) {
      connection.stream ??= this.#openStream(connection);
      const before = flow.next;
      this.#earlyBytes += receive(connection, from, packet);
      // Who reset a connection sends nothing more on it: the reset was forged, or the peer did not take it (RFC 5961 §3, RFC 2385).
      if (entry.resetFrom === from && flow.next !== before) entry.resetFrom = undefined;
    }
    if ((flags & FIN) !== 0) flow.finishAt = (packet.sequence + packet.payloadLength) | 0;
    if (flow.early !== undefined) this.#earlyBytes += giveUpMissing(connection, from, packet.timestamp);
    if (other.early !== undefined) this.#earlyBytes += giveUpMissing(connection, opposite(from), packet.timestamp);
    if (this.#earlyBytes > MAX_OUT_OF_ORDER_BYTES_TOTAL) this.#releaseEarly(packet);
    if (flow.finishAt !== undefined) this.#finish(entry, from, packet.timestamp);
    if ((flags & RST) !== 0) this.#reset(entry, from, packet.timestamp);
  }

  #finish(entry: TrackedConnection, from: Direction, at: Timestamp): void {
    const { connection } = entry;
    const flow = connection.flows[from];
    const other = connection.flows[opposite(from)];
    if (flow.isFinished || flow.finishAt === undefined) return;
    if (((flow.next - flow.finishAt) | 0) >= 0) {
      flow.isFinished = true;
      connection.stream?.end(from);
      if (other.isFinished) this.#close(entry, entry.resetFrom === undefined ? "fin" : "reset");
    }
    // Both have said FIN: what is missing may still come late in the capture, but not much later.
    if (other.finishAt !== undefined) this.#ending.add(entry, at);
  }

  #reset(entry: TrackedConnection, from: Direction, at: Timestamp): void {
    const { connection } = entry;
    if (connection.handshake === "unanswered") {
      connection.handshake = "refused";
      this.#close(entry, "reset");
    } else if (!connection.isClosed) entry.resetFrom ??= from;
    this.#ending.add(entry, at);
  }

  #open(packet: DecodedPacket): TrackedConnection {
    if (this.#index.size >= MAX_CONNECTIONS) this.#evict(packet);
    const { source, sourcePort, destination, destinationPort } = packet;
    const near = { address: this.#addresses.name(source), port: sourcePort };
    const far = { address: this.#addresses.name(destination), port: destinationPort };
    const firstPacket = { capture: packet.capture, number: packet.number };
    const entry: TrackedConnection = {
      connection: new Connection(this.#connections++, this.#vantage, [near, far], packet.timestamp, firstPacket),
      source,
      sourcePort,
      destination,
      destinationPort,
      initialSequence: undefined,
      resetFrom: undefined,
      endingSince: undefined,
    };
    this.#index.set(source, sourcePort, destination, destinationPort, entry);
    return entry;
  }

  #close(entry: TrackedConnection, reason: CloseReason): void {
    const { connection } = entry;
    if (connection.isClosed) return;
    const stream = connection.stream ?? this.#openStream(connection);
    connection.stream = stream;
    this.#earlyBytes += finish(connection, 0) + finish(connection, 1);
    connection.isClosed = true;
    stream.close(reason);
    connection.stream = undefined;
  }

  #remove(entry: TrackedConnection): void {
    this.#ending.drop(entry);
    const { source, sourcePort, destination, destinationPort } = entry;
    if (this.#index.find(source, sourcePort, destination, destinationPort) !== entry) return;
    this.#index.delete(source, sourcePort, destination, destinationPort);
  }

  #forget(entry: TrackedConnection): void {
    const reason = endReason(entry);
    // No reason any more: the reset was none, and the connection goes on.
    if (reason === undefined && !entry.connection.isClosed) return;
    this.#close(entry, reason ?? "fin");
    this.#remove(entry);
  }

  /** The table is full. An eighth goes: of those that have ended, else of those that are open, which were silent longest. */
  #evict(packet: DecodedPacket): void {
    const enough = MAX_CONNECTIONS - (MAX_CONNECTIONS >> 3);
    while (this.#index.size > enough) {
      const entry = this.#ending.takeOldest();
      if (entry === undefined) break;
      this.#forget(entry);
    }
    if (this.#index.size < MAX_CONNECTIONS) {
      this.#sayLimit(
        packet,
        `${MAX_CONNECTIONS} connections were open or had just ended; late segments of the ended may be taken for new ones`,
      );
      return;
    }
    const entries = [...this.#index.values()];
    const times = Float64Array.from(entries, ({ connection }) => connection.lastPacketAt).sort();
    const newest = times[MAX_CONNECTIONS >> 3] ?? Number.POSITIVE_INFINITY;
    for (const entry of entries.filter(({ connection }) => connection.lastPacketAt <= newest).sort(inOrder)) {
      this.#close(entry, endReason(entry) ?? "evicted");
      this.#remove(entry);
    }
    this.#sayLimit(packet, `${MAX_CONNECTIONS} connections were open at a time; those silent longest were given up`);
  }

  #releaseEarly(packet: DecodedPacket): void {
    for (const { connection } of [...this.#index.values()].sort(inOrder)) this.#earlyBytes += flush(connection, 0) + flush(connection, 1);
    this.#sayLimit(packet, `${MAX_OUT_OF_ORDER_BYTES_TOTAL} bytes waited for missing segments; they were read with gaps`);
  }

  #sayLimit(packet: DecodedPacket, message: string): void {
    if (this.#limitsSaid.has(message)) return;
    this.#limitsSaid.add(message);
    this.#emit(anomaly("limit", message, { layer: "tcp", capture: packet.capture, packet: packet.number }));
  }
}

/** Whether the packet belongs to a later connection on the same addresses and ports. */
function isAnother(entry: TrackedConnection, packet: DecodedPacket): boolean {
  if ((packet.flags & (SYN | ACK)) === SYN) return isReopened(entry, packet);
  return entry.connection.isClosed && packet.payloadLength > 0 && !isOld(entry, packet);
}

/** The index hands its entries out in another order in every process. */
function inOrder(a: TrackedConnection, b: TrackedConnection): number {
  return a.connection.id - b.connection.id;
}

/** How a connection has ended that still waited for late segments; undefined when it has not. */
function endReason(entry: TrackedConnection): CloseReason | undefined {
  if (entry.resetFrom !== undefined) return "reset";
  const [a, b] = entry.connection.flows;
  return a.finishAt !== undefined && b.finishAt !== undefined ? "fin" : undefined;
}
