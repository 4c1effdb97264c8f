// How often values of an ordered feature (a time, a length) came, in buckets of one width: a power of two, the smallest that keeps the buckets few.
// Adding two histograms is the histogram of both, whatever came first.

import { count } from "../wire/count.ts";
import { MAX_FEATURE_BUCKETS } from "../wire/limits.ts";

export class Histogram {
  /** In the unit of the values. */
  width = 1;
  #counts = new Map<number, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** `value`: a finite number, that came `n` times. */
  add(value: number, n = 1): void {
    this.#put(Math.floor(value / this.width), n);
    while (this.#last - this.#first >= MAX_FEATURE_BUCKETS) this.#double();
  }

  addAll(other: Histogram): void {
    const own = other.width < this.width ? other.widened(this.width) : other;
    while (this.width < own.width) this.#double();
    for (const [bucket, n] of own.#counts) this.#put(bucket, n);
    while (this.#last - this.#first >= MAX_FEATURE_BUCKETS) this.#double();
  }

  /** Where the first bucket begins; infinite without a value. */
  get start(): number {
    return this.#first * this.width;
  }

  /** By the number of the bucket: the values from `bucket * width` on, below `(bucket + 1) * width`. */
  get counts(): ReadonlyMap<number, number> {
    return this.#counts;
  }

  /** The same values in buckets of this width, a multiple of the own one. */
  widened(width: number): Histogram {
    const wide = new Histogram();
    wide.width = this.width;
    for (const [bucket, n] of this.#counts) wide.#put(bucket, n);
    while (wide.width < width) wide.#double();
    return wide;
  }

  #put(bucket: number, n: number): void {
    count(this.#counts, bucket, n);
    if (bucket < this.#first) this.#first = bucket;
    if (bucket > this.#last) this.#last = bucket;
  }

  #double(): void {
    const halves = this.#counts;
    this.#counts = new Map();
    this.#first = Number.POSITIVE_INFINITY;
    this.#last = Number.NEGATIVE_INFINITY;
    this.width *= 2;
    for (const [bucket, n] of halves) this.#put(Math.floor(bucket / 2), n);
  }
}
