// Calls that requests leave to a queue or to another thread, and that go out behind their answers while others are served: as many as requests that lack
// one, each a little behind one, in the same order. Moved by one place, the distances would scatter.

import type { Hop } from "../hops/hop.ts";
import { median } from "../wire/median.ts";
import { SECOND } from "../wire/timestamp.ts";

/** A capture begins and ends in the middle of something: so many calls have no request, or requests no call. */
const MAX_UNEVEN = 0.05;
/** Places by which the two may be out of step, for the same reason. */
const STEPS = [-3, -2, -1, 0, 1, 2, 3];
/** Part of the calls that goes out behind the answer: of those that never do, what is open then is the cause. */
const BEHIND = 0.2;
/** Part of them that goes out after the request came in, and not long after. */
const AFTER = 0.95;
const LONGEST_US = SECOND;
/** How far distances scatter in step, as a part of what they do one place out of step. */
const IN_STEP = 0.7;

/** `calls` in the order of their starts. By hop index of the call: the request that it followed; undefined where they do not go together. */
export function queuedCalls(calls: readonly Hop[], requests: readonly Hop[]): ReadonlyMap<number, number> | undefined {
  if (Math.abs(calls.length - requests.length) > MAX_UNEVEN * calls.length) return undefined;
  const [begun, answered] = [startOf, endOf].map((momentOf) => new Order(calls, requests, momentOf));
  const order = begun!.scatter < answered!.scatter ? begun! : answered!;
  return order.isInStep && order.isBehind ? order.pairs() : undefined;
}

/** Requests in the order of their beginnings or ends, and the step at which calls lie behind them with the least scatter. */
class Order {
  readonly scatter: number;
  readonly isInStep: boolean;
  readonly #calls: readonly Hop[];
  readonly #requests: readonly Hop[];
  readonly #step: number;

  constructor(calls: readonly Hop[], requests: readonly Hop[], momentOf: (request: Hop) => number) {
    this.#calls = calls;
    this.#requests = [...requests].sort((a, b) => momentOf(a) - momentOf(b));
    const trials = STEPS.map((step) => ({ step, scatter: scatterOf(this.#delays(step, momentOf), calls.length) }));
    const best = trials.reduce((least, trial) => (trial.scatter < least.scatter ? trial : least));
    this.#step = best.step;
    this.scatter = best.scatter;
    const beside = trials.filter(({ step }) => Math.abs(step - best.step) === 1);
    this.isInStep = Number.isFinite(best.scatter) && beside.every(({ scatter }) => best.scatter <= IN_STEP * scatter);
  }

  get isBehind(): boolean {
    const behind = this.#delays(this.#step, endOf).filter((delay) => delay >= 0).length;
    const after = this.#delays(this.#step, startOf).filter((delay) => delay >= 0 && delay <= LONGEST_US).length;
    return behind >= BEHIND * this.#calls.length && after >= AFTER * (1 - MAX_UNEVEN) * this.#calls.length;
  }

  pairs(): ReadonlyMap<number, number> {
    return new Map(this.#calls.flatMap(({ index }, i) => this.#requestOf(i, this.#step).map((request) => [index, request.index] as const)));
  }

  #delays(step: number, momentOf: (request: Hop) => number): number[] {
    return this.#calls.flatMap(({ startedAt }, i) => this.#requestOf(i, step).map((request) => startedAt - momentOf(request)));
  }

  #requestOf(call: number, step: number): readonly Hop[] {
    return this.#requests.slice(Math.max(0, call + step), Math.max(0, call + step + 1));
  }
}

/** Median distance of the delays from their median, µs; infinite where hardly any calls and requests meet. */
function scatterOf(delays: readonly number[], calls: number): number {
  if (delays.length < (1 - MAX_UNEVEN) * calls) return Number.POSITIVE_INFINITY;
  const usual = median(delays);
  return median(delays.map((delay) => Math.abs(delay - usual)));
}

function startOf({ startedAt }: Hop): number {
  return startedAt;
}

function endOf({ startedAt, endedAt }: Hop): number {
  return endedAt ?? startedAt;
}
