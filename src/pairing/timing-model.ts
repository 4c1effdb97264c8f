// What a machine does with a request of a type, and how long it takes: the events of a request (its start, the starts and ends of the calls made for it,
// its end) follow one another, each brought about by the newest before it. Learnt are how often a call of an endpoint follows each kind of event,
// the density of the delay between the two, and how many calls of each endpoint a request makes.

import { CallOrder } from "./call-order.ts";
import { DelayDensity } from "./delay-density.ts";
import type { Problem } from "./problem.ts";

/** Calls of one endpoint for one request that are told apart; more are counted as this many. */
const MAX_CALLS = 24;
/** Weight of what was never seen, for triggers and numbers of calls. */
const ALPHA = 0.3;
/** Numbers of calls that are thought possible before any was seen. */
const USUAL_CALLS = 6;

export class TimingModel {
  readonly types: number;
  readonly endpoints: number;
  /** Kinds of events: end of a call of endpoint e (e), its start (endpoints + e), start of the request, its end. */
  readonly startEvent: number;
  readonly endEvent: number;
  readonly #events: number;
  readonly #quantum: number;
  // By type, event and endpoint (the last "endpoint" is the end of the request): how often, and the place of its density.
  readonly #triggered: Float64Array;
  readonly #logTriggered: Float64Array;
  readonly #place: Int32Array;
  // By type and endpoint, and number of calls.
  readonly #calls: Float64Array;
  readonly #logCalls: Float64Array;
  // By type: requests, and those with no call at all (an error, a cached answer, all but the last of those that wait for one another): calls of
  // different endpoints come or stay away together. Numbers of calls are counted over the others.
  readonly #requests: Float64Array;
  readonly #childless: Float64Array;
  readonly #logChildless: Float64Array;
  /** Logarithm for a request with some calls, and none of each endpoint yet. */
  readonly #logNone: Float64Array;
  readonly #order: CallOrder;
  readonly #count: Int32Array;
  /** The first is the background. */
  readonly #densities: DelayDensity[];
  readonly #past: TimingModel | undefined;

  /** `past`: what blocks before this one taught. */
  constructor(types: number, endpoints: number, quantum: number, past?: TimingModel) {
    this.#past = past;
    this.types = types;
    this.endpoints = endpoints;
    this.startEvent = 2 * endpoints;
    this.endEvent = 2 * endpoints + 1;
    this.#events = 2 * endpoints + 2;
    this.#quantum = quantum;
    const cells = types * this.#events * (endpoints + 1);
    this.#triggered = new Float64Array(cells);
    this.#logTriggered = new Float64Array(cells);
    this.#place = new Int32Array(cells);
    this.#calls = new Float64Array(types * endpoints * MAX_CALLS);
    this.#logCalls = new Float64Array(types * endpoints * MAX_CALLS);
    this.#requests = new Float64Array(types);
    this.#childless = new Float64Array(types);
    this.#logChildless = new Float64Array(types);
    this.#logNone = new Float64Array(types);
    this.#order = new CallOrder(types, endpoints);
    this.#count = new Int32Array(endpoints);
    this.#densities = [new DelayDensity(quantum)];
    if (past !== undefined) {
      this.#place.set(past.#place);
      while (this.#densities.length < past.#densities.length) this.#densities.push(new DelayDensity(quantum));
    }
  }

  get quantum(): number {
    return this.#quantum;
  }

  /** Forgets what this block taught so far; what the blocks before it did stays. */
  begin(): void {
    const past = this.#past;
    this.#order.clear();
    for (const counts of [this.#triggered, this.#calls, this.#requests, this.#childless]) counts.fill(0);
    for (const density of this.#densities) density.clear();
    if (past === undefined) return;
    this.#order.addAll(past.#order, 1);
    this.#triggered.set(past.#triggered);
    this.#calls.set(past.#calls);
    this.#requests.set(past.#requests);
    this.#childless.set(past.#childless);
    for (const [place, density] of past.#densities.entries()) this.#densities[place]!.addAll(density, 1);
  }

  /** A request with the calls made for it, in order of start. */
  observe(problem: Problem, row: number, calls: readonly number[], weight: number): void {
    const type = problem.inType[row]!;
    const { endpoints } = this;
    this.#count.fill(0);
    for (const call of calls) this.#count[problem.endpoint[call]!]!++;
    this.#order.observe(problem, row, calls, weight);
    this.#requests[type]! += weight;
    if (calls.length === 0) this.#childless[type]! += weight;
    else
      for (let e = 0; e < endpoints; e++)
        this.#calls[(type * endpoints + e) * MAX_CALLS + Math.min(MAX_CALLS - 1, this.#count[e]!)]! += weight;
    const start = problem.inStart[row]!;
    const end = problem.inEnd[row]!;
    for (let a = 0; a < calls.length; a++) {
      const at = problem.outStart[calls[a]!]!;
      this.#trigger(problem, calls, a, start, end, at);
      this.#note(type, this.#event, problem.endpoint[calls[a]!]!, at - this.#since, weight);
    }
    if (problem.isOpenEnded[row] === 1) return;
    this.#lastBefore(problem, calls, start, end);
    this.#note(type, this.#event, endpoints, end - this.#since, weight);
  }

  fit(): void {
    this.#order.fit();
    const [background] = this.#densities;
    background!.fit(undefined);
    for (let place = 1; place < this.#densities.length; place++) this.#densities[place]!.fit(background);
    const { types, endpoints } = this;
    const events = this.#events;
    for (let type = 0; type < types; type++) {
      for (let e = 0; e <= endpoints; e++) {
        let total = 0;
        for (let event = 0; event < events; event++) total += this.#triggered[this.#cell(type, event, e)]!;
        for (let event = 0; event < events; event++) {
          const cell = this.#cell(type, event, e);
          this.#logTriggered[cell] = Math.log((this.#triggered[cell]! + ALPHA) / (total + (ALPHA * events) / 2));
        }
      }
      let none = 0;
      for (let e = 0; e < endpoints; e++) none += this.#fitCalls((type * endpoints + e) * MAX_CALLS);
      const childless = (this.#childless[type]! + ALPHA) / (this.#requests[type]! + 2 * ALPHA);
      this.#logChildless[type] = Math.log(childless);
      this.#logNone[type] = none + Math.log(1 - childless);
    }
  }

  #fitCalls(from: number): number {
    let total = 0;
    for (let n = 0; n < MAX_CALLS; n++) total += this.#calls[from + n]!;
    for (let n = 0; n < MAX_CALLS; n++)
      this.#logCalls[from + n] = Math.log((this.#calls[from + n]! + ALPHA) / (total + ALPHA * USUAL_CALLS));
    return this.#logCalls[from]!;
  }

  /** Logarithm of the likelihood of a request with these calls, in order of start. */
  score(problem: Problem, row: number, calls: readonly number[]): number {
    const type = problem.inType[row]!;
    const { endpoints } = this;
    const start = problem.inStart[row]!;
    const end = problem.inEnd[row]!;
    let sum = this.#order.score(problem, row, calls);
    sum += calls.length === 0 ? this.#logChildless[type]! : this.#logNone[type]!;
    const count = this.#count;
    for (const call of calls) count[problem.endpoint[call]!] = 0;
    for (let a = 0; a < calls.length; a++) {
      const call = calls[a]!;
      const e = problem.endpoint[call]!;
      const n = count[e]!++;
      if (n < MAX_CALLS - 1) {
        const place = (type * endpoints + e) * MAX_CALLS + n;
        sum += this.#logCalls[place + 1]! - this.#logCalls[place]!;
      }
      const at = problem.outStart[call]!;
      this.#trigger(problem, calls, a, start, end, at);
      sum += this.step(type, this.#event, e, at - this.#since);
    }
    if (problem.isOpenEnded[row] === 1) return sum;
    this.#lastBefore(problem, calls, start, end);
    return sum + this.step(type, this.#event, endpoints, end - this.#since);
  }

  /** Logarithm of the likelihood that what happens to `endpoint` (or the request's end) follows this event after this delay. */
  step(type: number, event: number, endpoint: number, delay: number): number {
    const cell = this.#cell(type, event, endpoint);
    // Since a start that is not known.
    if (delay === Number.POSITIVE_INFINITY) return this.#logTriggered[cell]!;
    return this.#logTriggered[cell]! + this.#densities[this.#place[cell]!]!.log(delay);
  }

  /** A model of the same kind that starts from what this one has counted. */
  successor(): TimingModel {
    return new TimingModel(this.types, this.endpoints, this.#quantum, this);
  }

  /** What was learnt, as the past of the next block's model; its weight is bounded, so that the next can follow a change. */
  asPast(maxRequests: number): TimingModel {
    const past = new TimingModel(this.types, this.endpoints, this.#quantum);
    let requests = 0;
    for (const count of this.#requests) requests += count;
    const keep = Math.min(1, maxRequests / Math.max(1, requests));
    past.#place.set(this.#place);
    past.#order.addAll(this.#order, keep);
    for (const [place, density] of this.#densities.entries()) {
      past.#densities[place] ??= new DelayDensity(this.#quantum);
      past.#densities[place].addAll(density, keep);
    }
    for (const [from, into] of [
      [this.#triggered, past.#triggered],
      [this.#calls, past.#calls],
      [this.#requests, past.#requests],
      [this.#childless, past.#childless],
    ] as const) {
      for (let cell = 0; cell < from.length; cell++) into[cell] = from[cell]! * keep;
    }
    return past;
  }

  #cell(type: number, event: number, endpoint: number): number {
    return (type * this.#events + event) * (this.endpoints + 1) + endpoint;
  }

  #note(type: number, event: number, endpoint: number, delay: number, weight: number): void {
    const cell = this.#cell(type, event, endpoint);
    this.#triggered[cell]! += weight;
    if (this.#place[cell] === 0) this.#place[cell] = this.#densities.push(new DelayDensity(this.#quantum)) - 1;
    this.#densities[this.#place[cell]!]!.add(delay, weight);
    this.#densities[0]!.add(delay, weight);
  }

  // The newest event of a request before a moment, left here instead of in an object: it is asked for millions of times.
  #event = 0;
  #since = 0;

  /** What may have brought about call `a`: the request's start, its end, the end of an earlier call, or the start of one that is still open. */
  #trigger(problem: Problem, calls: readonly number[], a: number, start: number, end: number, at: number): void {
    let since = start;
    let event = this.startEvent;
    if (at >= end) {
      since = end;
      event = this.endEvent;
    }
    for (let b = 0; b < a; b++) {
      const other = calls[b]!;
      const ended = problem.outEnd[other]!;
      if (ended <= at) {
        if (ended >= since) {
          since = ended;
          event = problem.endpoint[other]!;
        }
      } else if (problem.outStart[other]! >= since) {
        since = problem.outStart[other]!;
        event = this.endpoints + problem.endpoint[other]!;
      }
    }
    this.#event = event;
    this.#since = since;
  }

  #lastBefore(problem: Problem, calls: readonly number[], start: number, end: number): void {
    let since = start;
    let event = this.startEvent;
    for (const other of calls) {
      const ended = problem.outEnd[other]!;
      if (ended >= since && ended <= end + problem.slack) {
        since = ended;
        event = problem.endpoint[other]!;
      }
    }
    this.#event = event;
    this.#since = since;
  }
}
