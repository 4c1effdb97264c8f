// Edges and faults of a tally by who takes part in them, each grouped once: a capture may show as many of them as exchanges, and every finding asks.

import type { Workload } from "../naming/workload.ts";
import { groupBy } from "../wire/group-by.ts";

interface Between {
  readonly from: Workload;
  readonly to: Workload;
}

/** Every list is in the order of all. */
export class EdgeIndex<Edge extends Between> {
  readonly #ofGroups: ReadonlyMap<string, readonly Edge[]>;
  readonly #of: Readonly<Record<"from" | "to", ReadonlyMap<Workload, readonly Edge[]>>>;

  constructor(edges: readonly Edge[]) {
    this.#ofGroups = groupBy(edges, ({ from, to }) => `${from.group}\n${to.group}`);
    this.#of = { from: groupBy(edges, ({ from }) => from), to: groupBy(edges, ({ to }) => to) };
  }

  /** Between workloads of two groups. */
  between(from: string, to: string): readonly Edge[] {
    return this.#ofGroups.get(`${from}\n${to}`) ?? [];
  }

  /** Those that this workload sends or receives on. */
  at(side: "from" | "to", workload: Workload): readonly Edge[] {
    return this.#of[side].get(workload) ?? [];
  }
}
