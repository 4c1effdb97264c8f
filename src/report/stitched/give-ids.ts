// Parts that are joined may have span ids in common, as B3's two sides of a call have: the later one gets another.

import { otherSpanId } from "./derived-ids.ts";
import { isGhost, type StitchedSpan } from "./stitched-trace.ts";

/** Recorded spans keep theirs before ghosts do. */
export function giveIds(spans: readonly StitchedSpan[]): void {
  const taken = new Set<string>();
  /** By trace and span id: the next attempt; all before it gave ids that are taken. A hostile capture has one id on everything. */
  const attempts = new Map<string, number>();
  for (const recorded of [true, false]) {
    for (const own of spans) {
      if (isGhost(own) === recorded) continue;
      const { spanId, originalTraceId = "" } = own;
      if (taken.has(spanId)) {
        const key = `${originalTraceId} ${spanId}`;
        let attempt = attempts.get(key) ?? 1;
        while (taken.has(own.spanId)) own.spanId = otherSpanId(originalTraceId, spanId, attempt++);
        attempts.set(key, attempt);
      }
      taken.add(own.spanId);
    }
  }
}
