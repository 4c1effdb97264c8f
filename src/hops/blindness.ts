// Which hops were sent while their machine may have served requests that no capture shows: encrypted, lost, or before the capture of it began.

import type { Coverage } from "./coverage.ts";
import { findUnwrapping, type HopCauses, type Unwrapping } from "./unwrapping.ts";

interface TimedHops extends HopCauses {
  readonly startedAt: Float64Array;
  /** By vantage point: what its clock shows minus the clock of the run, µs. */
  readonly clocks: readonly number[];
}

export class Blindness {
  readonly #table: TimedHops;
  readonly #coverage: Coverage | undefined;
  #unwrapping: Unwrapping | undefined;

  constructor(table: TimedHops, coverage: Coverage | undefined) {
    this.#table = table;
    this.#coverage = coverage;
  }

  isSenderBlind(hop: number): boolean {
    const { clientHost, startedAt, exchanges, row, clocks, hosts, machines } = this.#table;
    const client = clientHost[hop]!;
    if (this.#coverage?.includes(client, startedAt[hop]!) === false) return true;
    const host = hosts.values[client]!;
    const at = startedAt[hop]! + (clocks[exchanges.vantageOf(row[hop]!)] ?? 0);
    if (!machines.isBlind(host, at)) return false;
    return machines.isLossy(host, at) || !this.unwrapping.machines.has(client);
  }

  get unwrapping(): Unwrapping {
    this.#unwrapping ??= findUnwrapping(this.#table);
    return this.#unwrapping;
  }
}
