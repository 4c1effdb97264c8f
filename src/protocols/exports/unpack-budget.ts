// What the exports of a vantage point may be unpacked to, together. Each body has a cap of its own, and a capture of small bombs would take as much time and memory
// as its number allows; real ones stay below a ratio to what was sent.

import { LimitReached } from "../../wire/byte-reader.ts";
import { MAX_UNPACKED_BYTES_BEYOND, MAX_UNPACKED_RATIO } from "../../wire/limits.ts";
import { isPlain, type Unpack, unpackBody } from "./unpack-body.ts";

const EXCEEDED = `all exports so far are larger than ${MAX_UNPACKED_RATIO} times what was sent`;

export class UnpackBudget {
  #left = MAX_UNPACKED_BYTES_BEYOND;

  /** For one body: it is unpacked once, however often it is asked for. Throws as `unpackBody` does, and `LimitReached` when nothing is left. */
  ofBody(): Unpack {
    let unpacked: Uint8Array | undefined;
    return (bytes, coding, limit) => {
      unpacked ??= isPlain(coding) ? bytes : this.#unpack(bytes, coding, limit);
      return unpacked;
    };
  }

  #unpack(bytes: Uint8Array, coding: string, limit: number): Uint8Array {
    const most = Math.min(limit, this.#left + MAX_UNPACKED_RATIO * bytes.length);
    this.#left += MAX_UNPACKED_RATIO * bytes.length;
    try {
      const unpacked = unpackBody(bytes, coding, Math.max(1, most));
      this.#left -= unpacked.length;
      return unpacked;
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      // So far it was unpacked, for nothing.
      this.#left -= most;
      throw most < limit ? new LimitReached(EXCEEDED) : error;
    }
  }
}
