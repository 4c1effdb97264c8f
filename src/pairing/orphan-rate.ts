// How many calls have a cause that was not captured. A cause that is missing leaves some calls with no request around them at all; how many of such calls
// lie by chance under other requests is told by moving them along the time axis. That estimate owes nothing to the timing model, and so bounds what
// the model may explain away as orphans.

import type { Candidates } from "./candidates.ts";
import type { Rows } from "./rows.ts";
import { lastAtOrBefore, SHIFTS } from "./shifts.ts";
import { OPEN } from "./traffic.ts";

export interface OrphanEvidence {
  /** Calls that no request encloses. */
  readonly alone: number;
  /** Calls that none would enclose if all were orphans. */
  readonly visible: number;
}

/** Calls that are moved. */
const MAX_MOVED = 400;

export function orphanEvidence(rows: Rows, { first, lead, slack }: Candidates): OrphanEvidence {
  const { inStart, inEnd, outStart, outEnd, anchor } = rows;
  let alone = 0;
  let open = 0;
  for (let out = 0; out < outStart.length; out++) {
    if (anchor[out] !== OPEN) continue;
    open++;
    if (first[out] === first[out + 1]) alone++;
  }
  if (open === 0 || inStart.length === 0) return { alone, visible: open };
  const from = Math.min(inStart[0]!, outStart[0]!);
  const span = Math.max(inStart.at(-1)!, outStart.at(-1)!) - from + 1;
  // Latest end of all requests up to each: a moved call is enclosed when one that started before it ends after it.
  const reach = new Float64Array(inStart.length);
  for (let row = 0, latest = Number.NEGATIVE_INFINITY; row < reach.length; row++) {
    latest = Math.max(latest, inEnd[row]!);
    reach[row] = latest;
  }
  const stride = Math.max(1, Math.floor(outStart.length / MAX_MOVED));
  let moved = 0;
  let bare = 0;
  for (let out = 0; out < outStart.length; out += stride) {
    if (anchor[out] !== OPEN) continue;
    for (const shift of SHIFTS) {
      const start = from + ((outStart[out]! - from + shift * span) % span);
      const row = lastAtOrBefore(inStart, start + lead);
      moved++;
      if (row < 0 || reach[row]! + slack < start + (outEnd[out]! - outStart[out]!)) bare++;
    }
  }
  return { alone, visible: (open * bare) / Math.max(1, moved) };
}
