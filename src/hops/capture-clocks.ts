// How far the clocks of the captures are apart, from the exchanges that two of them show: a request reaches the far capture later by
// the delay plus the offset, its response by the delay minus the offset, so half the difference is the offset (as NTP does, RFC 5905 §8).

import { median } from "../wire/median.ts";
import { type ClockOffset, clockDifference, offsetsByContexts } from "./context-clocks.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import type { Sightings } from "./sightings.ts";

/** Of two captures so many shared exchanges are compared; more do not move the median. */
const MAX_SAMPLES = 2_000;

/**
 * What each vantage point's clock shows minus the clock of the run, in µs. The clock of the run is that of the vantage point in the middle of those that can be
 * compared, since few are wrong; of two, that which shares most exchanges with others. Captures that share none are told by contexts that are passed on, else
 * taken to be right.
 */
export function estimateCaptureClocks(table: ExchangeTable, sightings: Sightings, vantagePoints: number): number[] {
  const clocks = new Array<number>(vantagePoints).fill(0);
  if (vantagePoints <= 1) return clocks;
  const shared = [...collectSamples(table, sightings).values()].map(
    ({ a, b, differences }): ClockOffset => ({
      a,
      b,
      offset: median(differences),
      weight: differences.length,
    }),
  );
  const isApart = (vantage: number) => !shared.some(({ a, b }) => a === vantage || b === vantage);
  const edges = [
    ...strongestFirst(shared),
    ...(clocks.some((_, vantage) => isApart(vantage)) ? strongestFirst(offsetsByContexts(table)) : []),
  ];
  if (edges.length === 0) return clocks;
  const weight = clocks.map((_, vantage) => edges.reduce((n, e) => (e.a === vantage || e.b === vantage ? n + e.weight : n), 0));
  const settled = new Set<number>();
  for (const start of clocks.map((_, i) => i).sort((x, y) => weight[y]! - weight[x]! || x - y)) {
    if (settled.has(start)) continue;
    settled.add(start);
    const compared = [start];
    // Strongest edges first, as a maximum spanning tree grows.
    for (let grown = true; grown; ) {
      grown = false;
      for (const { a, b, offset } of edges) {
        if (settled.has(a) === settled.has(b)) continue;
        const [from, to, sign] = settled.has(a) ? [a, b, 1] : [b, a, -1];
        clocks[to] = clocks[from]! + sign * offset;
        settled.add(to);
        compared.push(to);
        grown = true;
        break;
      }
    }
    const right = compared.length < 3 ? 0 : middleOf(compared.map((vantage) => clocks[vantage]!));
    for (const vantage of compared) clocks[vantage] = clocks[vantage]! - right;
  }
  return clocks;
}

/** One of them, not a mean of two: then that clock is the run's to the microsecond. */
function middleOf(clocks: readonly number[]): number {
  return clocks.toSorted((a, b) => a - b)[(clocks.length - 1) >> 1]!;
}

function strongestFirst(offsets: readonly ClockOffset[]): ClockOffset[] {
  return offsets.toSorted((x, y) => y.weight - x.weight || x.a - y.a || x.b - y.b);
}

interface Samples {
  readonly a: number;
  readonly b: number;
  /** b's clock minus a's. */
  readonly differences: number[];
}

function collectSamples(table: ExchangeTable, sightings: Sightings): Map<string, Samples> {
  const samples = new Map<string, Samples>();
  for (let group = 0; group < sightings.groups; group++) {
    if (sightings.isAlone(group)) continue;
    const rows = sightings.rows(group).sort((a, b) => table.vantageOf(a) - table.vantageOf(b));
    for (const [i, first] of rows.entries()) {
      for (const second of rows.slice(i + 1)) {
        const difference = clockDifference(table, first, second);
        if (Number.isNaN(difference)) continue;
        const a = table.vantageOf(first);
        const b = table.vantageOf(second);
        if (a === b) continue;
        const known = samples.get(`${a} ${b}`) ?? { a, b, differences: [] };
        samples.set(`${a} ${b}`, known);
        if (known.differences.length < MAX_SAMPLES) known.differences.push(difference);
      }
    }
  }
  return samples;
}
