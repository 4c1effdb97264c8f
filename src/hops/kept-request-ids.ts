// Which machines pass request ids on, and to which listeners: where they do, a request with another id is not the cause of a call.

import { PairTable } from "../wire/pair-table.ts";

/** So many calls with the id of an open request show it, and no more than this part of as many without. */
const MIN_KEPT = 3;
const MAX_OTHERS = 0.1;

export class KeptRequestIds {
  /** By machine and listener: calls with the id of a request that was open, and calls with another id than those that were. */
  readonly #kept = new PairTable();
  readonly #others = new PairTable();

  noteKept(host: number, receiver: number): void {
    add(this.#kept, host, receiver);
  }

  noteOther(host: number, receiver: number): void {
    add(this.#others, host, receiver);
  }

  areKept(host: number, receiver: number): boolean {
    const kept = this.#kept.get(host, receiver);
    return kept >= MIN_KEPT && this.#others.get(host, receiver) <= MAX_OTHERS * kept + 1;
  }
}

function add(counts: PairTable, host: number, receiver: number): void {
  counts.set(host, receiver, Math.max(0, counts.get(host, receiver)) + 1);
}
