// Routes become few dense numbers: what was seen rarely behaves like its peer, and what is rare even then is one kind together. A model of every rare
// route would learn nothing and need the square of their number in memory.

import { count } from "../wire/count.ts";

/** Requests of a route that are needed to learn its delays. */
const MIN_SEEN = 20;

const OTHER = -1;

export interface Kinds {
  readonly count: number;
  readonly of: Int32Array;
}

export function denseKinds(route: Int32Array, peer: Int32Array | undefined, max: number): Kinds {
  const seen = countOf(route);
  const isCommon = commonest(seen, max / 2);
  const coarse = new Map<number, number>();
  if (peer !== undefined) for (let row = 0; row < route.length; row++) if (!isCommon.has(route[row]!)) count(coarse, peer[row]!);
  const isCommonPeer = commonest(coarse, max / 2 - 1, 1);
  /** By route, or below zero by peer. */
  const dense = new Map<number, number>();
  const of = new Int32Array(route.length);
  for (let row = 0; row < route.length; row++) {
    const key = isCommon.has(route[row]!) ? route[row]! : peer !== undefined && isCommonPeer.has(peer[row]!) ? -2 - peer[row]! : OTHER;
    let kind = dense.get(key);
    if (kind === undefined) {
      kind = dense.size;
      dense.set(key, kind);
    }
    of[row] = kind;
  }
  return { count: Math.max(1, dense.size), of };
}

function countOf(values: Int32Array): Map<number, number> {
  const seen = new Map<number, number>();
  for (const value of values) count(seen, value);
  return seen;
}

/** Where there are few kinds all of them are kept. */
function commonest(seen: ReadonlyMap<number, number>, max: number, least = MIN_SEEN): Set<number> {
  const kept = [...seen].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, max);
  return new Set(kept.filter(([, n]) => n >= least || seen.size <= FEW_KINDS).map(([value]) => value));
}

/** So many kinds are told apart however rare they are. */
const FEW_KINDS = 16;
