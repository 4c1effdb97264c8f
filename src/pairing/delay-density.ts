// The density of a delay, learnt from delays seen. Delays of computers spread over decades, so it lives on a logarithmic axis: a binned kernel estimate
// there (bandwidth by Silverman's rule), drawn towards what is usual on this machine while few were seen.

/** 16 bins to a doubling, 24 doublings: with a quantum of 1 µs up to 17 s; what is longer counts as that. */
const BINS_EACH = 16;
const BINS = 24 * BINS_EACH + 1;
const STEP = 1 / BINS_EACH;
/** Narrowest kernel, in doublings: clocks and schedulers blur more than this. */
const MIN_BANDWIDTH = 0.05;
/** Part of the density that is spread evenly: one odd delay must not rule out a parent. */
const FLOOR = 0.003;
/** Delays seen that the background weighs as much as. */
const BACKGROUND_WEIGHT = 2;
const UNIFORM_WEIGHT = 5;

export class DelayDensity {
  readonly counts = new Float64Array(BINS);
  total = 0;
  /** Probability of each bin; filled by `fit`. */
  readonly share = new Float64Array(BINS);
  /** Logarithm of the density per µs at each bin's place. */
  readonly #log = new Float64Array(BINS);

  readonly quantum: number;

  constructor(quantum: number) {
    this.quantum = quantum;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }

  add(delay: number, weight: number): void {
    const bin = Math.round(Math.log2(1 + Math.max(0, delay) / this.quantum) * BINS_EACH);
    this.counts[bin < BINS ? bin : BINS - 1]! += weight;
    this.total += weight;
  }

  addAll(other: DelayDensity, weight: number): void {
    for (let bin = 0; bin < BINS; bin++) this.counts[bin]! += other.counts[bin]! * weight;
    this.total += other.total * weight;
  }

  /** Without a background the even distribution takes its place. */
  fit(background: DelayDensity | undefined): void {
    const { share, total } = this;
    share.fill(0);
    if (total > 0) smooth(this.counts, total, share);
    const weight = background === undefined ? UNIFORM_WEIGHT : BACKGROUND_WEIGHT;
    // d(log2(1 + x/q))/dx = 1 / ((q + x) ln 2): the way from a density on the axis to one per µs.
    const constant = Math.log(STEP) + Math.log(this.quantum) + Math.log(Math.LN2);
    for (let bin = 0; bin < BINS; bin++) {
      const mixed = (share[bin]! + weight * (background === undefined ? 1 / BINS : background.share[bin]!)) / (total + weight);
      const p = mixed * (1 - FLOOR) + FLOOR / BINS;
      share[bin] = p;
      this.#log[bin] = Math.log(p) - constant - Math.LN2 * bin * STEP;
    }
  }

  /** Logarithm of the density per µs. */
  log(delay: number): number {
    const place = delay > 0 ? Math.log2(1 + delay / this.quantum) * BINS_EACH : 0;
    const bin = place | 0;
    if (bin >= BINS - 1) return this.#log[BINS - 1]!;
    const part = place - bin;
    return this.#log[bin]! * (1 - part) + this.#log[bin + 1]! * part;
  }
}

function smooth(counts: Float64Array, total: number, into: Float64Array): void {
  const bandwidth = bandwidthOf(counts, total);
  const reach = Math.ceil((4 * bandwidth) / STEP);
  const kernel = new Float64Array(2 * reach + 1);
  let sum = 0;
  for (let d = -reach; d <= reach; d++) sum += kernel[d + reach] = Math.exp(-0.5 * ((d * STEP) / bandwidth) ** 2);
  for (let bin = 0; bin < BINS; bin++) {
    const count = counts[bin]!;
    if (count === 0) continue;
    for (let d = -reach; d <= reach; d++) {
      let at = bin + d;
      // What falls off an end is folded back: a delay of zero is a real one.
      if (at < 0) at = -at;
      if (at >= BINS) at = 2 * BINS - 2 - at;
      if (at >= 0 && at < BINS) into[at]! += (count * kernel[d + reach]!) / sum;
    }
  }
}

/** Silverman's rule of thumb, with the robust one of standard deviation and interquartile range. */
function bandwidthOf(counts: Float64Array, total: number): number {
  let mean = 0;
  let seen = 0;
  let lower = -1;
  let upper = -1;
  for (let bin = 0; bin < BINS; bin++) {
    seen += counts[bin]!;
    mean += counts[bin]! * bin;
    if (lower < 0 && seen >= 0.25 * total) lower = bin;
    if (upper < 0 && seen >= 0.75 * total) upper = bin;
  }
  mean /= total;
  let variance = 0;
  for (let bin = 0; bin < BINS; bin++) variance += counts[bin]! * (bin - mean) ** 2;
  const deviation = Math.sqrt(variance / total) * STEP;
  const quartiles = ((upper - lower) * STEP) / 1.34;
  const spread = quartiles > 0 ? Math.min(deviation, quartiles) : deviation * 0.5;
  return Math.max(MIN_BANDWIDTH, 0.9 * spread * (total + 1) ** -0.2);
}
