/** Deterministic numbers (xorshift32): 32 bits a call, and fast. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = Math.imul(seed | 0, 0x9e3779b1) ^ 0x2545f491 || 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  next() {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** 0 to `below` - 1; `below` is far smaller than 2^32. */
  below(below) {
    return this.next() % below;
  }
}
