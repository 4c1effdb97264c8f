// What could explain why some exchanges of an edge are affected and others not, counted: a few named values, and a few quantities.

import { count } from "../wire/count.ts";
import { MAX_FEATURE_VALUES } from "../wire/limits.ts";
import { Histogram } from "./histogram.ts";

/** Features with named values, in the order in which they are preferred where several separate equally well. */
export const namedFeatures = ["route", "cause", "spelling", "protocol", "id", "pod"] as const;
export type NamedFeature = (typeof namedFeatures)[number];

/**
 * Of one exchange:
 * - `route`: its method and route
 * - `cause`: those of the exchange that caused it; "" where that is open
 * - `spelling`: the name of its first trace field as it stood on the wire; "" without one
 * - `protocol`: `HTTP/1.1`, `HTTP/2`, `gRPC`
 * - `id`: shape of the trace id that came in, or of its own: see `hop-features.ts`
 * - `pod`: that of its SERVER span, which tells replicas behind one address apart; "" without a span
 */
export type Features = Readonly<Record<NamedFeature, string>> & {
  /** Bytes of its own head and body, and of those of the request that caused it; 0 without one, and where the capture lacks it. */
  readonly headLength: number;
  readonly bodyLength: number;
  readonly causeHeadLength: number;
  readonly causeBodyLength: number;
  /** µs on the clock of the run. */
  readonly at: number;
};

/** Beyond this many, one exchange in `ONE_IN` is counted: what separates the affected from the rest shows as well in them. */
const EACH_IS_COUNTED = 2_048;
const ONE_IN = 16;

/** Stands for the values beyond the first `MAX_FEATURE_VALUES`. */
const OTHER_VALUES = "other";

/** Features with values in an order, each a histogram. */
export const quantities = ["headLengths", "bodyLengths", "causeHeadLengths", "causeBodyLengths", "times"] as const;
export type Quantity = (typeof quantities)[number];

/** What is counted of each feature. */
class Counted implements Readonly<Record<Quantity, Histogram>> {
  readonly named: Readonly<Record<NamedFeature, Map<string, number>>> = {
    route: new Map(),
    cause: new Map(),
    spelling: new Map(),
    protocol: new Map(),
    id: new Map(),
    pod: new Map(),
  };
  readonly headLengths = new Histogram();
  readonly bodyLengths = new Histogram();
  readonly causeHeadLengths = new Histogram();
  readonly causeBodyLengths = new Histogram();
  readonly times = new Histogram();
}

/** Of every count that has counted nothing: edges may be a hundred thousand, and nearly all of them have no fault. Never written to. */
const NOTHING = new Counted();

/** Counts of exchanges. Adding two is a count. */
export class FeatureCounts {
  total = 0;
  #counted = NOTHING;

  get named(): Readonly<Record<NamedFeature, ReadonlyMap<string, number>>> {
    return this.#counted.named;
  }

  get headLengths(): Histogram {
    return this.#counted.headLengths;
  }

  get bodyLengths(): Histogram {
    return this.#counted.bodyLengths;
  }

  get causeHeadLengths(): Histogram {
    return this.#counted.causeHeadLengths;
  }

  get causeBodyLengths(): Histogram {
    return this.#counted.causeBodyLengths;
  }

  get times(): Histogram {
    return this.#counted.times;
  }

  /** `n`: how many exchanges it stands for. */
  add(features: Features, n: number): void {
    const own = this.#own();
    this.total += n;
    for (const feature of namedFeatures) put(own.named[feature], features[feature], n);
    own.headLengths.add(features.headLength, n);
    own.bodyLengths.add(features.bodyLength, n);
    own.causeHeadLengths.add(features.causeHeadLength, n);
    own.causeBodyLengths.add(features.causeBodyLength, n);
    own.times.add(features.at, n);
  }

  /** How many exchanges the hop of this index stands for, 0 where it is passed over: of the first ones each is counted, of a crowd one in 16. */
  weightOf(hop: number): number {
    if (this.total < EACH_IS_COUNTED) return 1;
    return hop % ONE_IN === 0 ? ONE_IN : 0;
  }

  addAll(other: FeatureCounts): void {
    if (other.total === 0) return;
    const own = this.#own();
    this.total += other.total;
    for (const feature of namedFeatures) for (const [value, n] of other.named[feature]) put(own.named[feature], value, n);
    for (const quantity of quantities) own[quantity].addAll(other[quantity]);
  }

  #own(): Counted {
    if (this.#counted === NOTHING) this.#counted = new Counted();
    return this.#counted;
  }
}

export function sumOf(counts: readonly (FeatureCounts | undefined)[]): FeatureCounts {
  const all = new FeatureCounts();
  for (const one of counts) if (one !== undefined) all.addAll(one);
  return all;
}

function put(values: Map<string, number>, value: string, n: number): void {
  count(values, values.has(value) || values.size < MAX_FEATURE_VALUES ? value : OTHER_VALUES, n);
}
