// A machine's traffic in order of time: the rows that everything else works on, and the way back to the caller's.

import { OPEN_ENDED_US } from "../hops/hop.ts";
import { float64Column, int32Column } from "../wire/columns.ts";
import { denseKinds, type Kinds } from "./kinds.ts";
import { OPEN, type Requests, type Traffic } from "./traffic.ts";

export interface Rows {
  readonly traffic: Traffic;
  /** The caller's row of each row here. */
  readonly inOrder: Uint32Array;
  readonly outOrder: Uint32Array;
  readonly inStart: Float64Array;
  readonly inEnd: Float64Array;
  readonly isOpenEnded: Uint8Array;
  readonly inType: Int32Array;
  readonly outStart: Float64Array;
  readonly outEnd: Float64Array;
  readonly endpoint: Int32Array;
  readonly types: number;
  readonly endpoints: number;
  /** Row here of what is known to be the parent, `NOBODY` or `OPEN`. */
  readonly anchor: Int32Array;
  /** Finest step of the clock that stamped it, µs. */
  readonly resolution: number;
}

/** Kinds told apart: the model's memory grows with types × endpoints². */
const MAX_TYPES = 32;
const MAX_ENDPOINTS = 64;

export function orderRows(traffic: Traffic): Rows {
  const { incoming, outgoing } = traffic;
  const inOrder = byTime(incoming);
  const outOrder = byTime(outgoing);
  const types = kindsOf(incoming, inOrder, MAX_TYPES);
  const endpoints = kindsOf(outgoing, outOrder, MAX_ENDPOINTS);
  const requests = inOrder.length;
  const calls = outOrder.length;
  const isOpenEnded = new Uint8Array(requests);
  const place = new Int32Array(requests);
  for (let row = 0; row < requests; row++) {
    place[inOrder[row]!] = row;
    if (Number.isNaN(incoming.endedAt[inOrder[row]!]!)) isOpenEnded[row] = 1;
  }
  const { anchors } = traffic;
  return {
    traffic,
    inOrder,
    outOrder,
    inStart: float64Column(requests, (i) => incoming.startedAt[inOrder[i]!]!),
    inEnd: float64Column(requests, (i) => {
      const row = inOrder[i]!;
      return isOpenEnded[i] === 1 ? incoming.startedAt[row]! + OPEN_ENDED_US : incoming.endedAt[row]!;
    }),
    isOpenEnded,
    inType: int32Column(requests, (i) => types.of[i]!),
    outStart: float64Column(calls, (i) => outgoing.startedAt[outOrder[i]!]!),
    // A call whose end was not seen may have ended at once: it then fits wherever its start does.
    outEnd: float64Column(calls, (i) => {
      const row = outOrder[i]!;
      return Number.isNaN(outgoing.endedAt[row]!) ? outgoing.startedAt[row]! : outgoing.endedAt[row]!;
    }),
    endpoint: int32Column(calls, (i) => endpoints.of[i]!),
    types: types.count,
    endpoints: endpoints.count,
    anchor: int32Column(calls, (i) => {
      const anchor = anchors?.[outOrder[i]!] ?? OPEN;
      return anchor >= 0 ? place[anchor]! : anchor;
    }),
    resolution: resolutionOf(incoming) === MILLI && resolutionOf(outgoing) === MILLI ? MILLI : 1,
  };
}

/** Numbered as they come in time: what is drawn must not depend on the order of the caller's rows. */
function kindsOf({ route, peer }: Requests, order: Uint32Array, max: number): Kinds {
  const inOrder = (column: Int32Array) => int32Column(order.length, (i) => column[order[i]!]!);
  return denseKinds(inOrder(route), peer === undefined ? undefined : inOrder(peer), max);
}

/** By start, end and route: rows that are equal in all three may change places, and nothing else depends on the order in which they came. */
function byTime({ startedAt, endedAt, route }: Requests): Uint32Array {
  const end = (row: number) => (Number.isNaN(endedAt[row]!) ? Number.MAX_VALUE : endedAt[row]!);
  const compare = (a: number, b: number) => startedAt[a]! - startedAt[b]! || end(a) - end(b) || route[a]! - route[b]!;
  const order = new Uint32Array(startedAt.length).map((_, row) => row);
  // Hops come in order; a sort takes more memory than all columns.
  return order.every((row) => row === 0 || compare(row - 1, row) <= 0) ? order : order.sort(compare);
}

const MILLI = 1_000;

/** Clocks that tick in milliseconds make whole ones of all durations. */
function resolutionOf({ startedAt, endedAt }: Requests): number {
  for (let row = 0; row < startedAt.length; row++) {
    const duration = endedAt[row]! - startedAt[row]!;
    if (!Number.isNaN(duration) && Math.abs(duration - Math.round(duration / MILLI) * MILLI) > 0.5) return 1;
  }
  return MILLI;
}
