// A machine's traffic is paired block by block, so that memory stays bounded and the model follows a change. Blocks end where nothing is open, if such a
// moment comes soon enough; else requests that go on take the calls they have with them.

import { float64Column, int32Column, uint8Column } from "../wire/columns.ts";
import type { Candidates } from "./candidates.ts";
import type { Problem } from "./problem.ts";
import type { Rows } from "./rows.ts";
import { NOBODY } from "./traffic.ts";

/** Calls of one block, and how many more may come before a quiet moment is given up. */
const BLOCK = 16_384;
const PATIENCE = 4_096;

/** A few calls within an instant tell no rate. */
const MIN_SPAN_US = 1_000_000;

export interface Block {
  readonly problem: Problem;
  /** Rows of the machine's traffic for the rows of the problem. */
  readonly inRows: Int32Array;
  readonly outRows: Int32Array;
  /** Calls from this place on are the block's own; those before were paired already. */
  readonly from: number;
  /** Requests some of whose calls are not here: they teach nothing. */
  readonly isPartial: Uint8Array;
  /** µs */
  readonly span: number;
}

/** Ends of blocks: each goes from the end before to its own. */
export function blockEnds(rows: Rows, { first, rows: candidate, slack }: Candidates): number[] {
  const count = rows.outStart.length;
  const ends: number[] = [];
  let from = 0;
  while (count - from > BLOCK + PATIENCE) {
    let latest = Number.NEGATIVE_INFINITY;
    let end = from + BLOCK;
    for (let out = from; out < from + BLOCK + PATIENCE; out++) {
      if (out >= from + BLOCK && latest + slack < rows.outStart[out]!) {
        end = out;
        break;
      }
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) latest = Math.max(latest, rows.inEnd[candidate[entry]!]!);
    }
    ends.push(end);
    from = end;
  }
  ends.push(count);
  return ends;
}

export interface BlockParts {
  readonly rows: Rows;
  readonly candidates: Candidates;
  readonly weight: Float64Array;
  /** 1 where a call is settled before the search. */
  readonly isSettled: Uint8Array;
  /** 1 where a call was left out by the budget. */
  readonly isLeft: Uint8Array;
  /** Parents found by earlier blocks. */
  readonly parent: Int32Array;
}

export function makeBlock({ rows, candidates, weight, isSettled, isLeft, parent }: BlockParts, from: number, to: number): Block {
  const count = rows.outStart.length;
  const opens = from === 0 ? Number.NEGATIVE_INFINITY : rows.outStart[from]!;
  const closes = to === count ? Number.POSITIVE_INFINITY : rows.outStart[to]!;
  const requests = rows.inStart.length;
  const isIn = new Uint8Array(requests);
  for (let entry = candidates.first[from]!; entry < candidates.first[to]!; entry++) isIn[candidates.rows[entry]!] = 1;
  for (let row = 0; row < requests; row++) if (rows.inStart[row]! >= opens && rows.inStart[row]! < closes) isIn[row] = 1;
  const place = new Int32Array(requests).fill(NOBODY);
  let ins = 0;
  for (let row = 0; row < requests; row++) if (isIn[row] === 1) place[row] = ins++;
  const inRows = new Int32Array(ins);
  for (let row = 0; row < requests; row++) if (isIn[row] === 1) inRows[place[row]!] = row;
  const isPartial = uint8Column(ins, (k) => (rows.inEnd[inRows[k]!]! > closes ? 1 : 0));
  const outs: number[] = [];
  for (let out = Math.max(0, from - BLOCK - PATIENCE); out < from; out++) if (parent[out]! >= 0 && isIn[parent[out]!] === 1) outs.push(out);
  const own = outs.length;
  for (let out = from; out < to; out++) {
    if (isLeft[out] === 0) outs.push(out);
    else
      for (let entry = candidates.first[out]!; entry < candidates.first[out + 1]!; entry++) isPartial[place[candidates.rows[entry]!]!] = 1;
  }
  const first = new Int32Array(outs.length + 1);
  const candidate: number[] = [];
  const weights: number[] = [];
  for (const [k, out] of outs.entries()) {
    if (k < own) {
      candidate.push(place[parent[out]!]!);
      weights.push(0);
    } else {
      for (let entry = candidates.first[out]!; entry < candidates.first[out + 1]!; entry++) {
        candidate.push(place[candidates.rows[entry]!]!);
        weights.push(weight[entry]!);
      }
    }
    first[k + 1] = candidate.length;
  }
  const outRows = Int32Array.from(outs);
  const times = rows.outStart;
  return {
    problem: {
      types: rows.types,
      endpoints: rows.endpoints,
      inStart: float64Column(ins, (k) => rows.inStart[inRows[k]!]!),
      inEnd: float64Column(ins, (k) => rows.inEnd[inRows[k]!]!),
      isOpenEnded: uint8Column(ins, (k) => rows.isOpenEnded[inRows[k]!]!),
      inType: int32Column(ins, (k) => rows.inType[inRows[k]!]!),
      outStart: float64Column(outs.length, (k) => times[outRows[k]!]!),
      outEnd: float64Column(outs.length, (k) => rows.outEnd[outRows[k]!]!),
      endpoint: int32Column(outs.length, (k) => rows.endpoint[outRows[k]!]!),
      first,
      candidate: Int32Array.from(candidate),
      weight: Float64Array.from(weights),
      isFixed: uint8Column(outs.length, (k) => (k < own ? 1 : isSettled[outRows[k]!]!)),
      slack: candidates.slack,
    },
    inRows,
    outRows,
    from: own,
    isPartial,
    span: Math.max(MIN_SPAN_US, times[to - 1]! - times[from]!),
  };
}

/** No parent was found by an earlier block. */
export function noParents(count: number): Int32Array {
  return new Int32Array(count).fill(NOBODY);
}
