// Edges and faults of a tally by who takes part in them, each grouped once: a capture may show as many of them as exchanges, and every finding asks.

import type { Workload } from "../naming/workload.ts";
import { addTo, groupBy } from "../wire/group-by.ts";

/** Whatever goes from one workload to another. */
interface Between {
  readonly from: Workload;
  readonly to: Workload;
}

/** Every list is in the order of all. */
export class EdgeIndex<Edge extends Between> {
  readonly #edges: readonly Edge[];
  readonly #ofGroups: ReadonlyMap<string, readonly Edge[]>;
  readonly #of: Readonly<Record<"from" | "to", ReadonlyMap<Workload, readonly Edge[]>>>;
  #called: ReadonlyMap<string, readonly Edge[]> | undefined;

  constructor(edges: readonly Edge[]) {
    this.#edges = edges;
    this.#ofGroups = groupBy(edges, groupsOf);
    this.#of = { from: groupBy(edges, ({ from }) => from), to: groupBy(edges, ({ to }) => to) };
  }

  /** Between workloads of two groups. */
  between(from: string, to: string): readonly Edge[] {
    return this.#ofGroups.get(keyOf(from, to)) ?? [];
  }

  /** Between those that are called so, workloads or groups. */
  betweenCalled(from: string, to: string): readonly Edge[] {
    this.#called ??= byNames(this.#edges);
    return this.#called.get(keyOf(from, to)) ?? [];
  }

  /** Those that this workload sends or receives on. */
  at(side: "from" | "to", workload: Workload): readonly Edge[] {
    return this.#of[side].get(workload) ?? [];
  }
}

/** Equal for all that goes between the same two groups. */
export function groupsOf({ from, to }: Between): string {
  return keyOf(from.group, to.group);
}

function byNames<Edge extends Between>(edges: readonly Edge[]): Map<string, Edge[]> {
  const named = new Map<string, Edge[]>();
  for (const edge of edges) {
    for (const from of namesOf(edge.from)) {
      for (const to of namesOf(edge.to)) {
        const key = keyOf(from, to);
        addTo(named, key, edge);
      }
    }
  }
  return named;
}

function namesOf({ name, group }: Workload): ReadonlySet<string> {
  return new Set([group, name]);
}

function keyOf(from: string, to: string): string {
  return `${from}\n${to}`;
}
