// What the backend has of each route of a receiver. A route is told by the request's path alone, so that requests with and without a span compare.

import type { Hop } from "../../hops/hop.ts";
import { templatePath } from "../../hops/path-shape.ts";
import type { Workload } from "../../naming/workload.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import { spansOf, type View } from "../view.ts";

export interface RouteCount {
  requests: number;
  /** Of them those that the backend has a SERVER span of. */
  recorded: number;
  firstRecorded: Timestamp;
  lastRecorded: Timestamp;
}

export class RouteCounts {
  readonly #view: View;
  #counts: ReadonlyMap<string, RouteCount> | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  of(hop: Hop, receiver: Workload): RouteCount | undefined {
    this.#counts ??= this.#count();
    return this.#counts.get(keyOf(hop, receiver));
  }

  #count(): ReadonlyMap<string, RouteCount> {
    const { table, naming } = this.#view;
    const counts = new Map<string, RouteCount>();
    for (let index = 0; index < table.size; index++) {
      if (!table.isWork(index)) continue;
      const hop = table.hop(index);
      const key = keyOf(hop, naming.receiverOf(index));
      const count = counts.get(key) ?? { requests: 0, recorded: 0, firstRecorded: hop.startedAt, lastRecorded: hop.startedAt };
      counts.set(key, count);
      count.requests++;
      if (spansOf(this.#view, index).server === undefined) continue;
      if (count.recorded++ === 0) count.firstRecorded = hop.startedAt;
      count.lastRecorded = hop.startedAt;
    }
    return counts;
  }
}

function keyOf({ method, path }: Hop, receiver: Workload): string {
  return `${receiver.index} ${method} ${templatePath(path)}`;
}
