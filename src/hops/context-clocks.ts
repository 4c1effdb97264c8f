// How far the clocks of two captures are apart that share no exchange: a forwarder between them sends a request on with the context that came in, while it
// serves it. Where the two exchanges lie far apart, and all of them equally far, the clocks do.

import { MAX_CONTEXTS_COMPARED } from "../wire/limits.ts";
import { median } from "../wire/median.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** `offset`: b's clock minus a's, µs, of so many (`weight`) contexts. */
export interface ClockOffset {
  readonly a: number;
  readonly b: number;
  readonly offset: number;
  readonly weight: number;
}

const MIN_SAMPLES = 10;
const MAX_SAMPLES = 2_000;
/** Part of the pairs of which one lies within the other: at the most as the captures tell them, at the least once the clocks are one. */
const FEW = 0.2;
const MOST = 0.6;
const TOLERANCE_US = 5 * MILLISECOND;
/** An application that copies contexts makes several calls with one, side by side or one after another: what is apart by less may be those. */
const MIN_OFFSET_US = 100 * MILLISECOND;
/** One context on everything is no request that is passed on. */
const MAX_ROWS_OF_ONE = 8;

export function offsetsByContexts(table: ExchangeTable): ClockOffset[] {
  const { readings, identities } = table;
  const byContext = new Map<string, number[]>();
  for (let row = 0; row < table.size; row++) {
    const first = readings.first(row);
    if (first === readings.end(row) || !table.hasRequest(row) || !table.hasResponse(row)) continue;
    const { traceId, spanId } = identities.at(first);
    const known = byContext.get(traceId + spanId);
    if (known === undefined && byContext.size >= MAX_CONTEXTS_COMPARED) continue;
    const rows = known ?? [];
    byContext.set(traceId + spanId, rows);
    if (rows.length < MAX_ROWS_OF_ONE) rows.push(row);
  }
  const pairs = new Map<string, Pair[]>();
  for (const rows of byContext.values()) {
    for (const [i, one] of rows.entries()) {
      for (const other of rows.slice(i + 1)) {
        const pair = table.vantageOf(one) < table.vantageOf(other) ? ([one, other] as const) : ([other, one] as const);
        const [a, b] = [table.vantageOf(pair[0]), table.vantageOf(pair[1])];
        if (a === b) continue;
        const known = pairs.get(`${a} ${b}`) ?? [];
        pairs.set(`${a} ${b}`, known);
        if (known.length < MAX_SAMPLES) known.push(pair);
      }
    }
  }
  return [...pairs.values()].flatMap((all) => offsetOf(all, table));
}

/** Rows of one context, of two vantage points. */
type Pair = readonly [number, number];

function offsetOf(pairs: readonly Pair[], table: ExchangeTable): ClockOffset[] {
  const same = pairs.filter(([a, b]) => table.targetHash[a] === table.targetHash[b] && table.method[a] === table.method[b]);
  const isOfProxies = same.length >= MIN_SAMPLES;
  const chosen = isOfProxies ? same : pairs;
  const [first] = chosen;
  if (first === undefined || chosen.length < MIN_SAMPLES) return [];
  const offset = median(chosen.map(([a, b]) => clockDifference(table, a, b)));
  if (!isOfProxies && Math.abs(offset) < MIN_OFFSET_US) return [];
  const within = (shift: number) => chosen.filter((pair) => isWithin(pair, shift, table)).length / chosen.length;
  if (within(0) > FEW || within(offset) < MOST) return [];
  return [{ a: table.vantageOf(first[0]), b: table.vantageOf(first[1]), offset, weight: chosen.length }];
}

/** Whether one exchange lies within the other, once the second is told `shift` earlier. */
function isWithin([a, b]: Pair, shift: number, { requestStart, responseStart }: ExchangeTable): boolean {
  const begins = requestStart[b]! - shift - requestStart[a]!;
  const ends = responseStart[b]! - shift - responseStart[a]!;
  return (begins >= -TOLERANCE_US && ends <= TOLERANCE_US) || (begins <= TOLERANCE_US && ends >= -TOLERANCE_US);
}

/** Half the difference of both ends: delays on both ways cancel out (RFC 5905 §8). NaN where one of them lacks the request or the response. */
export function clockDifference({ requestStart, responseStart }: ExchangeTable, first: number, second: number): number {
  return (requestStart[second]! - requestStart[first]! + (responseStart[second]! - responseStart[first]!)) / 2;
}
