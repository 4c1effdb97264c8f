// From when to when captures show what a machine receives. Captures of several machines seldom begin and end together: what a machine sends while its
// own is not running has causes that no capture holds.

import type { ConnectionSummary } from "../protocols/observation.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** µs */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const NEVER: Period = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };

/** From the beginning of the earlier to the end of the later. */
function both(a: Period, b: Period): Period {
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** From the first to the last packet of each vantage point, on the clock of the run; `clocks`: what theirs show minus that of the run. */
export function periodsOf(connections: readonly ConnectionSummary[], clocks: readonly number[]): Period[] {
  const periods = clocks.map(() => NEVER);
  for (const { vantage, openedAt, lastPacketAt } of connections) {
    const clock = clocks[vantage] ?? 0;
    periods[vantage] = both(periods[vantage] ?? NEVER, { from: openedAt - clock, to: lastPacketAt - clock });
  }
  return periods;
}

export class Coverage {
  /** By number of the machine; nothing where no capture shows it receive. */
  readonly #periods: (Period | undefined)[] = [];

  /** Notes that a vantage point shows a machine receive. */
  add(host: number, period: Period): void {
    if (period !== NEVER) this.#periods[host] = both(this.#periods[host] ?? NEVER, period);
  }

  /** True too of a machine that no capture shows receive anything: it may be one that only sends. */
  includes(host: number, at: number): boolean {
    const period = this.#periods[host];
    return period === undefined || (at >= period.from && at <= period.to);
  }
}

/** What an exchange table and its numbers say; undefined where there is one vantage point, which shows all it shows from its beginning to its end. */
export function coverageOf(
  { exchanges, clocks, placeOfEnds, hostOfPlace }: EndsByHost,
  connections: readonly ConnectionSummary[],
): Coverage | undefined {
  if (clocks.length < 2) return undefined;
  const periods = periodsOf(connections, clocks);
  const coverage = new Coverage();
  placeOfEnds.forEach((place, ends) => {
    coverage.add(hostOfPlace[place]!, periods[exchanges.ends.at(ends).vantage] ?? NEVER);
  });
  return coverage;
}

interface EndsByHost {
  readonly exchanges: ExchangeTable;
  readonly clocks: readonly number[];
  /** Number of the listener, by number of the ends. */
  readonly placeOfEnds: Int32Array;
  /** Number of the machine, by number of the listener. */
  readonly hostOfPlace: Int32Array;
}
