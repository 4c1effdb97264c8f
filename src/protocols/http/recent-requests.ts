// The newest requests of a connection: a packet that is seen twice is seen again at once, and one of these began in it.

import type { Segment } from "../../tcp/stream-sink.ts";
import { MAX_SIGHTINGS } from "../../wire/limits.ts";
import type { HttpRequest } from "../observation.ts";

/** So many requests back it is looked for. */
const KEPT = 32;

export class RecentRequests {
  readonly #requests: HttpRequest[] = [];
  #at = 0;

  add(request: HttpRequest): void {
    this.#requests[this.#at] = request;
    this.#at = (this.#at + 1) % KEPT;
  }

  /** `length` bytes from this sequence number on were seen again. */
  seenAgain(sequence: number, length: number, { capture, packet }: Segment): void {
    for (const request of this.#requests) {
      if ((request.sequence - sequence) >>> 0 >= length || request.seenAgain.length >= MAX_SIGHTINGS) continue;
      request.seenAgain = [...request.seenAgain, { capture, number: packet }];
    }
  }
}
