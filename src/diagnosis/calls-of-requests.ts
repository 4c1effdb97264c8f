// The calls that each request caused, in chains of numbers: of most requests nobody asks for them.

import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";

const NONE = -1;
const NO_CALLS: readonly Hop[] = [];

export class CallsOfRequests {
  readonly #table: HopTable;
  /** By request: its first and its newest call. */
  readonly #first: Int32Array;
  readonly #newest: Int32Array;
  /** By call: the next one of its request. */
  readonly #next: Int32Array;

  constructor(table: HopTable) {
    this.#table = table;
    this.#first = new Int32Array(table.size).fill(NONE);
    this.#newest = new Int32Array(table.size);
    this.#next = new Int32Array(table.size).fill(NONE);
  }

  add(request: number, call: number): void {
    if (this.#first[request] === NONE) this.#first[request] = call;
    else this.#next[this.#newest[request]!] = call;
    this.#newest[request] = call;
  }

  /** In the order in which they were added. */
  of(request: number): readonly Hop[] {
    let call = this.#first[request]!;
    if (call === NONE) return NO_CALLS;
    const calls: Hop[] = [];
    for (; call !== NONE; call = this.#next[call]!) calls.push(this.#table.hop(call));
    return calls;
  }
}
