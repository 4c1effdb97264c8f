// How far the clocks of the captures are apart, from the exchanges that two of them show: a request reaches the far capture later by
// the delay plus the offset, its response by the delay minus the offset, so half the difference is the offset (as NTP does, RFC 5905 §8).

import type { HttpExchange } from "../protocols/observation.ts";

/** Fewer shared exchanges than this prove little, but are better than nothing. */
const MAX_SAMPLES = 2_000;

/**
 * What each vantage point's clock shows minus the clock of the run, in µs. The clock of the run is that of the vantage point that shares most
 * exchanges with others; captures that share none are taken to be right.
 */
export function estimateCaptureClocks(groups: readonly (readonly HttpExchange[])[], vantagePoints: number): number[] {
  const clocks = new Array<number>(vantagePoints).fill(0);
  const samples = collectSamples(groups);
  if (samples.size === 0) return clocks;
  const edges = [...samples.values()].map(({ a, b, differences }) => ({ a, b, offset: median(differences), weight: differences.length }));
  edges.sort((x, y) => y.weight - x.weight || x.a - y.a || x.b - y.b);
  const weight = clocks.map((_, vantage) => edges.reduce((n, e) => (e.a === vantage || e.b === vantage ? n + e.weight : n), 0));
  const settled = new Set<number>();
  for (const start of clocks.map((_, i) => i).sort((x, y) => weight[y]! - weight[x]! || x - y)) {
    if (settled.has(start)) continue;
    settled.add(start);
    // Strongest edges first, as a maximum spanning tree grows.
    for (let grown = true; grown; ) {
      grown = false;
      for (const { a, b, offset } of edges) {
        if (settled.has(a) === settled.has(b)) continue;
        const [from, to, sign] = settled.has(a) ? [a, b, 1] : [b, a, -1];
        clocks[to] = clocks[from]! + sign * offset;
        settled.add(to);
        grown = true;
        break;
      }
    }
  }
  return clocks;
}

interface Samples {
  readonly a: number;
  readonly b: number;
  /** b's clock minus a's. */
  readonly differences: number[];
}

function collectSamples(groups: readonly (readonly HttpExchange[])[]): Map<string, Samples> {
  const samples = new Map<string, Samples>();
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = i + 1; j < group.length; j++) {
        const [first, second] = group[i]!.vantage < group[j]!.vantage ? [group[i]!, group[j]!] : [group[j]!, group[i]!];
        const difference = clockDifference(first, second);
        if (difference === undefined) continue;
        const key = `${first.vantage} ${second.vantage}`;
        const known = samples.get(key) ?? { a: first.vantage, b: second.vantage, differences: [] };
        samples.set(key, known);
        if (known.differences.length < MAX_SAMPLES) known.differences.push(difference);
      }
    }
  }
  return samples;
}

function clockDifference(first: HttpExchange, second: HttpExchange): number | undefined {
  if (first.request === undefined || second.request === undefined) return undefined;
  const asked = second.request.startedAt - first.request.startedAt;
  if (first.response === undefined || second.response === undefined) return undefined;
  return (asked + (second.response.startedAt - first.response.startedAt)) / 2;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
