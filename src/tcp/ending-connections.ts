// Connections that have ended or are about to, in the order in which that was seen: their last packets may be seen again, or come late.

import { CLOSED_LINGER_US } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { TrackedConnection } from "./connection-state.ts";

export class EndingConnections {
  #entries: (TrackedConnection | undefined)[] = [];
  #head = 0;
  /** Of those that are held: not dropped. */
  #waiting = 0;

  /** Those that are held, dropped ones among them: never many more than wait. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Adds it unless it is there. */
  add(entry: TrackedConnection, at: Timestamp): void {
    if (entry.endingSince !== undefined) return;
    if (this.size > 2 * this.#waiting + SLACK) this.#compact();
    entry.endingSince = at;
    this.#entries.push(entry);
    this.#waiting++;
  }

  /** It is not waited for any more: the connection was given up, or its ports are another's. */
  drop(entry: TrackedConnection): void {
    if (entry.endingSince === undefined) return;
    entry.endingSince = undefined;
    this.#waiting--;
  }

  /**
   * Takes out the oldest if it was added long enough ago. A time that differs as much in the other direction is a clock that was set: it would else be waited
   * for by all that come behind it, for as long as the clock was set back.
   */
  takeDue(now: Timestamp): TrackedConnection | undefined {
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
      const since = entry.endingSince;
      if (since !== undefined && Math.abs(now - since) < CLOSED_LINGER_US) return undefined;
      this.#advance();
      if (since !== undefined) return this.#taken(entry);
    }
    return undefined;
  }

  /** Takes out the oldest, due or not. */
  takeOldest(): TrackedConnection | undefined {
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
      this.#advance();
      if (entry.endingSince !== undefined) return this.#taken(entry);
    }
    return undefined;
  }

  #taken(entry: TrackedConnection): TrackedConnection {
    this.drop(entry);
    return entry;
  }

  #advance(): void {
    this.#entries[this.#head++] = undefined;
    if (this.#head > SLACK && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #compact(): void {
    this.#entries = this.#entries.filter((entry) => entry?.endingSince !== undefined);
    this.#head = 0;
  }
}

/** Places that may lie empty: fewer are not worth a copy. */
const SLACK = 1_024;
