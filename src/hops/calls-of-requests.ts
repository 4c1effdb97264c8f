// The calls that each request caused, in chains of numbers: of most requests nobody asks for them.

const NONE = -1;

export class CallsOfRequests {
  /** By request: its first and its newest call. */
  readonly #first: Int32Array;
  readonly #newest: Int32Array;
  /** By call: the next one of its request. */
  readonly #next: Int32Array;

  /** `hops`: how many there are. */
  constructor(hops: number) {
    this.#first = new Int32Array(hops).fill(NONE);
    this.#newest = new Int32Array(hops);
    this.#next = new Int32Array(hops).fill(NONE);
  }

  add(request: number, call: number): void {
    if (this.#first[request] === NONE) this.#first[request] = call;
    else this.#next[this.#newest[request]!] = call;
    this.#newest[request] = call;
  }

  /** In the order in which they were added. */
  *of(request: number): Iterable<number> {
    for (let call = this.#first[request]!; call !== NONE; call = this.#next[call]!) yield call;
  }
}
