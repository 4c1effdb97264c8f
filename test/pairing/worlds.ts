// Small worlds whose causes are known: a machine that serves requests, and the calls that it makes for them.

import { NOBODY, OPEN, type Requests, type Traffic } from "../../src/pairing/traffic.ts";

export interface Received {
  readonly at: number;
  readonly until: number;
  readonly route?: number;
  readonly requestId?: number;
  readonly bodyLength?: number;
  readonly target?: number;
  readonly connection?: number;
}

export interface Called extends Received {
  /** Index of the cause among the received ones; `NOBODY` for an orphan. */
  readonly cause: number;
  /** Told as an anchor. */
  readonly isKnown?: boolean;
  readonly status?: number;
}

export interface World {
  readonly traffic: Traffic;
  readonly truth: readonly number[];
}

/** Times in µs. */
export function world(received: readonly Received[], called: readonly Called[]): World {
  const anchors = Int32Array.from(called, ({ cause, isKnown }) => (isKnown === true ? cause : OPEN));
  const outgoing = { ...columns(called), status: Int32Array.from(called, ({ status }) => status ?? 200) };
  return { traffic: { incoming: columns(received), outgoing, anchors }, truth: called.map(({ cause }) => cause) };
}

function columns(rows: readonly Received[]): Requests {
  const column = (read: (row: Received) => number | undefined, otherwise: number) => Int32Array.from(rows, (row) => read(row) ?? otherwise);
  return {
    startedAt: Float64Array.from(rows, ({ at }) => at),
    endedAt: Float64Array.from(rows, ({ until }) => until),
    route: column(({ route }) => route, 0),
    requestId: column(({ requestId }) => requestId, 0),
    bodyLength: column(({ bodyLength }) => bodyLength, -1),
    target: column(({ target }) => target, 0),
    connection: column(({ connection }) => connection, 0),
  };
}

/** A pseudo-random sequence in [0, 1) that every test can repeat. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** Part of the calls whose cause was told rightly. */
export function shareRight(parent: Int32Array, truth: readonly number[]): number {
  return truth.filter((cause, row) => cause === parent[row]).length / truth.length;
}

/** Requests that come `every` µs on average; each calls one after another, with delays of about 200 µs, and answers. */
export function sequentialService(count: number, every: number, calls: number, seed = 7): { received: Received[]; called: Called[] } {
  const next = numbers(seed);
  const received: Received[] = [];
  const called: Called[] = [];
  let at = 1e9;
  for (let cause = 0; cause < count; cause++) {
    at += -Math.log(1 - next()) * every;
    let now = at;
    for (let k = 0; k < calls; k++) {
      now += 150 + next() * 100;
      const took = 1_000 + next() * 4_000;
      called.push({ at: now, until: now + took, route: k, cause });
      now += took;
    }
    received.push({ at, until: now + 100 + next() * 100 });
  }
  called.sort((a, b) => a.at - b.at);
  return { received, called };
}

/** Without a part of what was received: the calls made for it are orphans. */
export function withoutSome(
  { received, called }: { received: readonly Received[]; called: readonly Called[] },
  share: number,
  seed = 3,
): World {
  const next = numbers(seed);
  const place = new Map<number, number>();
  const kept = received.filter((_, cause) => {
    if (next() < share) return false;
    place.set(cause, place.size);
    return true;
  });
  return world(
    kept,
    called.map((call) => ({ ...call, cause: place.get(call.cause) ?? NOBODY })),
  );
}
