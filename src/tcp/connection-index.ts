// Finds a connection by its two endpoints, in either direction, without making an object or a string: it is asked once a packet.

import { mixPair } from "../wire/pair-table.ts";

const INITIAL_SLOTS = 1024;

/** An open-addressed hash table over (address, port, address, port), the same for both directions. */
export class ConnectionIndex<Value> {
  #low = new Int32Array(INITIAL_SLOTS);
  #high = new Int32Array(INITIAL_SLOTS);
  #ports = new Int32Array(INITIAL_SLOTS);
  #values: (Value | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  #mask = INITIAL_SLOTS - 1;
  size = 0;

  find(source: number, sourcePort: number, destination: number, destinationPort: number): Value | undefined {
    return this.#values[this.#slot(source, sourcePort, destination, destinationPort)];
  }

  set(source: number, sourcePort: number, destination: number, destinationPort: number, value: Value): void {
    if ((this.size + 1) * 2 > this.#mask) this.#grow();
    const slot = this.#slot(source, sourcePort, destination, destinationPort);
    if (this.#values[slot] === undefined) this.size++;
    const forward = isForward(source, sourcePort, destination, destinationPort);
    this.#low[slot] = forward ? source : destination;
    this.#high[slot] = forward ? destination : source;
    this.#ports[slot] = packPorts(forward, sourcePort, destinationPort);
    this.#values[slot] = value;
  }

  delete(source: number, sourcePort: number, destination: number, destinationPort: number): void {
    let hole = this.#slot(source, sourcePort, destination, destinationPort);
    if (this.#values[hole] === undefined) return;
    this.size--;
    // Backward shift: an entry that probed past the hole moves into it, so that no tombstones pile up.
    for (let next = (hole + 1) & this.#mask; this.#values[next] !== undefined; next = (next + 1) & this.#mask) {
      const home = hash(this.#low[next]!, this.#high[next]!, this.#ports[next]!) & this.#mask;
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      this.#low[hole] = this.#low[next]!;
      this.#high[hole] = this.#high[next]!;
      this.#ports[hole] = this.#ports[next]!;
      this.#values[hole] = this.#values[next];
      hole = next;
    }
    this.#values[hole] = undefined;
  }

  /** In no order that means anything: another one in every process. */
  *values(): Iterable<Value> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }

  #slot(source: number, sourcePort: number, destination: number, destinationPort: number): number {
    const forward = isForward(source, sourcePort, destination, destinationPort);
    const low = forward ? source : destination;
    const high = forward ? destination : source;
    const ports = packPorts(forward, sourcePort, destinationPort);
    let slot = hash(low, high, ports) & this.#mask;
    while (this.#values[slot] !== undefined) {
      if (this.#ports[slot] === ports && this.#low[slot] === low && this.#high[slot] === high) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    const ports = this.#ports;
    const values = this.#values;
    const slots = values.length * 2;
    this.#low = new Int32Array(slots);
    this.#high = new Int32Array(slots);
    this.#ports = new Int32Array(slots);
    this.#values = new Array(slots).fill(undefined);
    this.#mask = slots - 1;
    for (let old = 0; old < values.length; old++) {
      if (values[old] === undefined) continue;
      let slot = hash(low[old]!, high[old]!, ports[old]!) & this.#mask;
      while (this.#values[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#low[slot] = low[old]!;
      this.#high[slot] = high[old]!;
      this.#ports[slot] = ports[old]!;
      this.#values[slot] = values[old];
    }
  }
}

function isForward(source: number, sourcePort: number, destination: number, destinationPort: number): boolean {
  return source < destination || (source === destination && sourcePort <= destinationPort);
}

function packPorts(forward: boolean, sourcePort: number, destinationPort: number): number {
  return forward ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
}

/** Exported for the test that a capture cannot make them equal. */
export function hash(low: number, high: number, ports: number): number {
  return mixPair(mixPair(low, high), ports);
}
