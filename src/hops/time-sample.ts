// Where exchanges are too many to be kept, those of some seconds of packet time are, whole: what caused a call lies beside it, and every part of the capture
// is told of.

import { mix } from "../wire/mix.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { SECOND } from "../wire/timestamp.ts";

/** A sample that is finer tells nothing of the rest. */
const FINEST = 1 << 20;

export class TimeSample {
  /** One second in so many is kept: a power of two. */
  oneIn = 1;
  /** True where even one second holds too many exchanges: those that come when there is no room are left out. */
  isSettled = false;

  /** Whether what begins at this time is kept. Chosen by a hash, the same in every run: a job of every other second must not be kept, or left out, each time. */
  takes(at: Timestamp): boolean {
    return this.oneIn === 1 || (mix(Math.floor(at / SECOND)) & (this.oneIn - 1)) === 0;
  }

  /** Keeps half as many seconds, among those that were kept. */
  halve(): void {
    this.oneIn *= 2;
  }

  get isFinest(): boolean {
    return this.oneIn >= FINEST;
  }

  /** Takes back a halving, and none comes after it: it would leave nothing. */
  settle(): void {
    this.oneIn /= 2;
    this.isSettled = true;
  }
}
