/** Draws one of several in proportion to the exponentials of their scores; one object serves all draws, one after another. */
export class WeightedDraw {
  readonly #scores: number[] = [];
  readonly #values: number[] = [];
  #random = 0;
  #count = 0;
  #highest = Number.NEGATIVE_INFINITY;

  /** `random` in [0, 1) decides. */
  begin(random: number): this {
    this.#random = random;
    this.#count = 0;
    this.#highest = Number.NEGATIVE_INFINITY;
    return this;
  }

  offer(score: number, value: number): void {
    if (!(score > Number.NEGATIVE_INFINITY)) return;
    this.#scores[this.#count] = score;
    this.#values[this.#count++] = value;
    if (score > this.#highest) this.#highest = score;
  }

  /** -1 where nothing was possible. */
  take(): number {
    if (this.#count === 0) return -1;
    let sum = 0;
    for (let k = 0; k < this.#count; k++) sum += Math.exp(this.#scores[k]! - this.#highest);
    let left = this.#random * sum;
    for (let k = 0; k < this.#count; k++) {
      left -= Math.exp(this.#scores[k]! - this.#highest);
      if (left <= 0) return this.#values[k]!;
    }
    return this.#values[this.#count - 1]!;
  }
}
