// After damage: moves on, byte by byte, to the next place where a record may begin.
import type { ByteQueue } from "../wire/byte-queue.ts";
import { figure } from "../wire/figure.ts";
import { MAX_RESYNC_BYTES } from "../wire/limits.ts";

/** Whether a record may begin at the queue's start. */
export type Plausibility = "yes" | "no" | "need more";

/** What broke, where in the file, and how many bytes were given up since. */
export interface Damage {
  readonly offset: number;
  readonly message: string;
  skipped: number;
}

/** How much is made contiguous at a time: one byte at a time would copy the whole lookahead for each of them. */
const STEP = 1 << 20;

/** `queue.has(count)`, for a caller that moves on by single bytes. */
export function hasAhead(queue: ByteQueue, count: number): boolean {
  return queue.end - queue.start >= count || (queue.length >= count && queue.has(Math.min(queue.length, count + STEP)));
}

/**
 * Takes bytes out of the queue until `plausible` says yes. `need more`: nothing is decided until bytes are appended.
 * `none`: the queue is empty, or `MAX_RESYNC_BYTES` were skipped in vain.
 */
export function skipToRecord(queue: ByteQueue, damage: Damage, plausible: () => Plausibility): "found" | "need more" | "none" {
  while (damage.skipped < MAX_RESYNC_BYTES && queue.length > 0) {
    if (damage.skipped > 0) {
      const answer = plausible();
      if (answer === "yes") return "found";
      if (answer === "need more") return "need more";
    }
    queue.skip(1);
    damage.skipped++;
  }
  return damage.skipped < MAX_RESYNC_BYTES ? "need more" : "none";
}

/** What is said of damage once it is known where reading went on. */
export function describeDamage(damage: Damage, found: boolean): string {
  const bytes = figure(damage.skipped);
  return found ? `${damage.message}; ${bytes} bytes were skipped` : `${damage.message}; no record was found in the ${bytes} bytes after it`;
}

/** A search that ended without result may have ended at its cap. */
export function damageCode(damage: Damage): "limit" | "malformed" {
  return damage.skipped < MAX_RESYNC_BYTES ? "malformed" : "limit";
}
