// From when to when captures show what a machine receives. Captures of several machines seldom begin and end together: what a machine sends while its
// own is not running has causes that no capture holds.

import type { ConnectionSummary } from "../protocols/observation.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** On the clock of the run, µs. */
export interface Period {
  from: number;
  to: number;
}

/** From the first to the last packet of each vantage point; `clocks`: what theirs show minus that of the run. */
export function periodsOf(connections: readonly ConnectionSummary[], clocks: readonly number[]): Period[] {
  const periods = clocks.map(() => ({ from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY }));
  for (const { vantage, openedAt, lastPacketAt } of connections) {
    const period = periods[vantage];
    const clock = clocks[vantage] ?? 0;
    if (period === undefined) continue;
    period.from = Math.min(period.from, openedAt - clock);
    period.to = Math.max(period.to, lastPacketAt - clock);
  }
  return periods;
}

export class Coverage {
  /** By number of the machine; nothing where no capture shows it receive. */
  readonly #periods: (Period | undefined)[] = [];

  /** Notes that a vantage point shows a machine receive. */
  add(host: number, period: Period | undefined): void {
    if (period === undefined || period.from > period.to) return;
    const known = this.#periods[host];
    if (known === undefined) this.#periods[host] = { ...period };
    else {
      known.from = Math.min(known.from, period.from);
      known.to = Math.max(known.to, period.to);
    }
  }

  /** True too of a machine that no capture shows receive anything: it may be one that only sends. */
  includes(host: number, at: number): boolean {
    const period = this.#periods[host];
    return period === undefined || (at >= period.from && at <= period.to);
  }
}

/** What an exchange table and its numbers say; undefined where there is one vantage point, which shows all it shows from its beginning to its end. */
export function coverageOf({ exchanges, placeOfEnds, hostOfPlace }: EndsByHost, periods: readonly Period[]): Coverage | undefined {
  if (periods.length < 2) return undefined;
  const coverage = new Coverage();
  placeOfEnds.forEach((place, ends) => {
    coverage.add(hostOfPlace[place]!, periods[exchanges.ends.at(ends).vantage]);
  });
  return coverage;
}

interface EndsByHost {
  readonly exchanges: ExchangeTable;
  /** Number of the listener, by number of the ends. */
  readonly placeOfEnds: Int32Array;
  /** Number of the machine, by number of the listener. */
  readonly hostOfPlace: Int32Array;
}
