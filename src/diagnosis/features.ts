// What could explain why some exchanges of an edge are affected and others not, counted: a few named values, and three quantities.

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
  /** Bytes; 0 where the capture lacks it. */
  readonly headLength: number;
  /** Bytes of the body of the request that caused it, else of its own; 0 without one. */
  readonly bodyLength: number;
  /** µs on the clock of the run. */
  readonly at: number;
};

/** Beyond this many, one exchange in `ONE_IN` is counted: what separates the affected from the rest shows as well in them. */
const EACH_IS_COUNTED = 2_048;
const ONE_IN = 16;

/** Stands for the values beyond the first `MAX_FEATURE_VALUES`. */
const OTHER_VALUES = "other";

/** Counts of exchanges. Adding two is a count. */
export class FeatureCounts {
  total = 0;
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
  readonly times = new Histogram();

  /** `n`: how many exchanges it stands for. */
  add(features: Features, n: number): void {
    this.total += n;
    for (const feature of namedFeatures) put(this.named[feature], features[feature], n);
    this.headLengths.add(features.headLength, n);
    this.bodyLengths.add(features.bodyLength, n);
    this.times.add(features.at, n);
  }

  /** How many exchanges the hop of this index stands for, 0 where it is passed over: of the first ones each is counted, of a crowd one in 16. */
  weightOf(hop: number): number {
    if (this.total < EACH_IS_COUNTED) return 1;
    return hop % ONE_IN === 0 ? ONE_IN : 0;
  }

  addAll(other: FeatureCounts): void {
    this.total += other.total;
    for (const feature of namedFeatures) for (const [value, n] of other.named[feature]) put(this.named[feature], value, n);
    this.headLengths.addAll(other.headLengths);
    this.bodyLengths.addAll(other.bodyLengths);
    this.times.addAll(other.times);
  }
}

export function sumOf(counts: readonly (FeatureCounts | undefined)[]): FeatureCounts {
  const all = new FeatureCounts();
  for (const one of counts) if (one !== undefined) all.addAll(one);
  return all;
}

function put(values: Map<string, number>, value: string, n: number): void {
  const known = values.get(value);
  if (known !== undefined || values.size < MAX_FEATURE_VALUES) values.set(value, (known ?? 0) + n);
  else values.set(OTHER_VALUES, (values.get(OTHER_VALUES) ?? 0) + n);
}
