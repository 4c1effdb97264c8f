// Which exchanges were counted where: by the tally of their fault, and by route. They may be many, so each is a number in a list.

import type { FaultTally } from "./tally.ts";

export interface FaultyHops {
  readonly tally: FaultTally;
  /** Number of their route. */
  readonly route: number;
  readonly hops: number[];
}

/** Groups by tally and route, in the order in which they were first seen. */
export class FaultyHopGroups {
  readonly all: FaultyHops[] = [];
  readonly #byTally = new Map<FaultTally, Map<number, FaultyHops>>();

  of(tally: FaultTally, route: number): FaultyHops {
    let byRoute = this.#byTally.get(tally);
    if (byRoute === undefined) {
      byRoute = new Map();
      this.#byTally.set(tally, byRoute);
    }
    let group = byRoute.get(route);
    if (group === undefined) {
      group = { tally, route, hops: [] };
      byRoute.set(route, group);
      this.all.push(group);
    }
    return group;
  }
}
