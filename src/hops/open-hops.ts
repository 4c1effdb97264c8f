// The exchanges that machines are serving at a moment of packet time, found by trace, by what they ask for, or all of them.

import type { Hop } from "./hop.ts";

/** Between two vantage points an incoming request may seem to come a little after the call that it caused. */
const TOLERANCE_US = 2_000;
/** An exchange whose end was not seen is taken to be open for so long. */
const OPEN_ENDED_US = 60_000_000;

/** Whether `candidate` was open when something began at `at`. */
export function isOpenAt(candidate: Hop, at: number): boolean {
  return candidate.startedAt <= at + TOLERANCE_US && at <= endOf(candidate);
}

function endOf(hop: Hop): number {
  return (hop.endedAt ?? hop.startedAt + OPEN_ENDED_US) + TOLERANCE_US;
}

const NONE: readonly Hop[] = [];
/** What nobody asks for any more is dropped from time to time: small tables are quick ones. */
const SWEEP_EVERY = 2_048;

/** What one machine received and has not answered. Hops MUST be added in the order of their starts. */
export class OpenHops {
  #all: Hop[] = [];
  #added = 0;
  readonly #byTrace = new Map<string, Hop[]>();
  readonly #byTarget = new Map<number, Hop[]>();
  readonly #byRequestId = new Map<string, Hop[]>();

  add(hop: Hop): void {
    if (++this.#added % SWEEP_EVERY === 0) this.#sweep(hop.startedAt);
    this.#all.push(hop);
    for (const { traceId } of hop.reading.identities) put(this.#byTrace, traceId, hop);
    const { request } = hop.exchange;
    if (request?.isHeadComplete === true) put(this.#byTarget, request.targetHash, hop);
    const requestId = requestKey(hop);
    if (requestId !== undefined) put(this.#byRequestId, requestId, hop);
  }

  #sweep(at: number): void {
    let kept = 0;
    for (const hop of this.#all) if (endOf(hop) >= at) this.#all[kept++] = hop;
    this.#all.length = kept;
    dropEnded(this.#byTrace, at);
    dropEnded(this.#byTarget, at);
    dropEnded(this.#byRequestId, at);
  }

  all(at: number): readonly Hop[] {
    return this.#all.filter((hop) => isOpenAt(hop, at));
  }

  withTrace(traceId: string, at: number): readonly Hop[] {
    return openOf(this.#byTrace, traceId, at);
  }

  withTarget(targetHash: number, at: number): readonly Hop[] {
    return openOf(this.#byTarget, targetHash, at);
  }

  withRequestId(hop: Hop): readonly Hop[] {
    const key = requestKey(hop);
    return key === undefined ? NONE : openOf(this.#byRequestId, key, hop.startedAt);
  }
}

/** Envoy packs the trace reason into the version digit of a UUID (index 14): it is no difference. */
function requestKey({ reading: { requestId } }: Hop): string | undefined {
  if (requestId === undefined || requestId.length < 8) return undefined;
  return requestId.length === 36 ? requestId.slice(0, 14) + requestId.slice(15) : requestId;
}

function put<Key>(map: Map<Key, Hop[]>, key: Key, hop: Hop): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [hop]);
  // What is over when the next comes will not be asked for again.
  else if (known.length === 1 && endOf(known[0]!) < hop.startedAt) known[0] = hop;
  else known.push(hop);
}

function dropEnded<Key>(map: Map<Key, Hop[]>, at: number): void {
  for (const [key, hops] of map) if (hops.every((hop) => endOf(hop) < at)) map.delete(key);
}

function openOf<Key>(map: Map<Key, Hop[]>, key: Key, at: number): readonly Hop[] {
  const known = map.get(key);
  if (known === undefined) return NONE;
  if (known.length === 1) return isOpenAt(known[0]!, at) ? known : NONE;
  return known.filter((hop) => isOpenAt(hop, at));
}
