// What the sightings of each hop say together: which shows most, who sent and who received, and when it ended.

import { inPieces } from "../wire/columns.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { type Sightings, startOf, type Timeline } from "./sightings.ts";

/** See `HopTable`. */
export interface SightedColumns {
  readonly exchanges: ExchangeTable;
  readonly clocks: readonly number[];
  readonly hostOfEnds: Int32Array;
  readonly placeOfEnds: Int32Array;
  readonly row: Uint32Array;
  readonly purpose: Uint8Array;
  readonly clientHost: Uint32Array;
  readonly receiver: Uint32Array;
  readonly startedAt: Float64Array;
  readonly endedAt: Float64Array;
}

/** A hop for each group of sightings, in the order of the timeline. */
export function fillHops(columns: SightedColumns, sightings: Sightings, { order, starts }: Timeline): void {
  const { startedAt } = columns;
  inPieces(order.length, (from, to) => {
    for (let hop = from; hop < to; hop++) {
      startedAt[hop] = starts[order[hop]!]!;
      if (sightings.isOneEach) fillPlain(columns, hop, order[hop]!);
      else fill(columns, sightings, hop, order[hop]!);
    }
  });
}

/** The group is the row of its number, seen on the clock of the run. */
function fillPlain(columns: SightedColumns, hop: number, row: number): void {
  const { exchanges } = columns;
  const ends = exchanges.endsOf[row]!;
  columns.row[hop] = row;
  columns.purpose[hop] = exchanges.purpose[row]!;
  columns.clientHost[hop] = columns.hostOfEnds[ends]!;
  columns.receiver[hop] = columns.placeOfEnds[ends]!;
  columns.endedAt[hop] = exchanges.responseEnd[row]!;
}

function fill(columns: SightedColumns, sightings: Sightings, hop: number, group: number): void {
  const { exchanges, clocks } = columns;
  const best = sightings.best(group, exchanges, clocks);
  columns.row[hop] = best;
  columns.purpose[hop] = exchanges.purpose[best]!;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NaN;
  // Where addresses are translated on the way, the sender's are seen first and the receiver's last. At equal times the answer tells: it is seen
  // near the receiver first, and rows come in the order of their ends.
  let nearest = best;
  let farthest = best;
  let latest = Number.NEGATIVE_INFINITY;
  for (let seen = sightings.first(group); seen >= 0; seen = sightings.next(seen)) {
    const at = startOf(exchanges, seen, clocks);
    if (at <= start) {
      start = at;
      nearest = seen;
    }
    if (at > latest) {
      latest = at;
      farthest = seen;
    }
    const ended = exchanges.responseEnd[seen]! - (clocks[exchanges.vantageOf(seen)] ?? 0);
    if (!(ended <= end) && !Number.isNaN(ended)) end = ended;
  }
  columns.clientHost[hop] = columns.hostOfEnds[exchanges.endsOf[nearest]!]!;
  columns.receiver[hop] = columns.placeOfEnds[exchanges.endsOf[farthest]!]!;
  columns.endedAt[hop] = end;
}
