// Calls whose new trace is not sampled: no span tells what they were made for, so that one alone may be a job's as well. Where nearly all sampled calls of
// the same kind left the trace that they were made in, those that are not sampled did, too.

import type { Hop } from "../hops/hop.ts";
import { templatePath } from "../hops/path-shape.ts";
import type { Fault } from "./judgement.ts";
import type { View } from "./view.ts";

/** So many sampled calls, and this part of them, show what becomes of all. */
const MIN_SPLIT = 3;
const NEARLY_ALL = 0.9;

/** What a sampled call of a kind was found to have done with its trace. */
export interface SampledCall {
  readonly outcome: "continued" | "restarted" | undefined;
  readonly split: Fault | undefined;
}

interface Kind {
  calls: number;
  splits: number;
  first: Fault | undefined;
}

export class UnsampledTwins {
  readonly #kinds = new Map<string, Kind>();
  readonly #view: View;

  /** `judge`: asked of sampled calls, where any call is not sampled. */
  constructor(view: View, judge: (hop: Hop) => SampledCall) {
    this.#view = view;
    const { table } = view;
    const { readings } = table.exchanges;
    const calls: number[] = [];
    const kinds = new Set<string>();
    for (let hop = 0; hop < table.size; hop++) {
      if (!table.isWork(hop)) continue;
      if (readings.isUnsampled(table.row[hop]!)) kinds.add(this.#kindOf(table.hop(hop)));
      else if (readings.hasContext(table.row[hop]!)) calls.push(hop);
    }
    if (kinds.size === 0) return;
    for (const hop of calls) {
      const kind = this.#kindOf(table.hop(hop));
      if (!kinds.has(kind)) continue;
      const { outcome, split } = judge(table.hop(hop));
      if (outcome === undefined) continue;
      const counted = this.#kinds.get(kind) ?? { calls: 0, splits: 0, first: undefined };
      this.#kinds.set(kind, counted);
      counted.calls++;
      if (split === undefined) continue;
      counted.splits++;
      counted.first ??= split;
    }
  }

  /** The fault of a sampled call of its kind, where nearly all of them have one. */
  splitOf(hop: Hop): Fault | undefined {
    const kind = this.#kinds.get(this.#kindOf(hop));
    if (kind === undefined || kind.splits < MIN_SPLIT || kind.splits < NEARLY_ALL * kind.calls) return undefined;
    return kind.first;
  }

  #kindOf({ index, method, path }: Hop): string {
    const { naming } = this.#view;
    return `${naming.senderOf(index).index} ${naming.receiverOf(index).group} ${method} ${templatePath(path)}`;
  }
}
