// Hops by the traces that they name, the newest first: a chain for each trace, in typed arrays. A link is the index of an identity.

import type { IdentityColumns } from "./identity-columns.ts";

const NOTHING = -1;

export class TraceChains {
  readonly #identities: IdentityColumns;
  readonly #newest: Int32Array;
  readonly #older: Int32Array;
  readonly #hop: Uint32Array;

  constructor(identities: IdentityColumns) {
    this.#identities = identities;
    this.#newest = new Int32Array(identities.traceIds.size).fill(NOTHING);
    this.#older = new Int32Array(identities.size);
    this.#hop = new Uint32Array(identities.size);
  }

  /** A hop that names the trace of this identity. */
  put(identity: number, hop: number): void {
    const trace = this.#identities.trace[identity]!;
    this.#older[identity] = this.#newest[trace]!;
    this.#newest[trace] = identity;
    this.#hop[identity] = hop;
  }

  /** The newest link of a trace, or -1. */
  newest(trace: number): number {
    return this.#newest[trace]!;
  }

  /** The link before this one, or -1. */
  older(link: number): number {
    return this.#older[link]!;
  }

  hop(link: number): number {
    return this.#hop[link]!;
  }

  /** Takes out the link between `newer` (-1: it is the newest) and `older`. */
  drop(trace: number, newer: number, older: number): void {
    if (newer === NOTHING) this.#newest[trace] = older;
    else this.#older[newer] = older;
  }
}
