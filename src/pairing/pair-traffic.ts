// Parents without ids: for every call that a machine made, which of the requests that it received is the cause, and how sure that is.

import { findCandidates } from "./candidates.ts";
import { orphanEvidence } from "./orphan-rate.ts";
import type { Problem } from "./problem.ts";
import { orderRows } from "./rows.ts";
import { search } from "./search.ts";
import { TimingModel } from "./timing-model.ts";
import { type Alternative, NOBODY, type Pairing, type PairingOptions, type PairingReason, type Traffic } from "./traffic.ts";

export function pairTraffic(traffic: Traffic, { seed = 1 }: PairingOptions = {}): Pairing {
  const rows = orderRows(traffic);
  const candidates = findCandidates(rows);
  const evidence = orphanEvidence(rows, candidates);
  const count = rows.outOrder.length;
  const isFixed = new Uint8Array(count);
  for (let out = 0; out < count; out++) isFixed[out] = rows.anchor[out]! >= NOBODY || candidates.first[out + 1]! === candidates.first[out]! ? 1 : 0;
  const problem: Problem = {
    types: rows.types,
    endpoints: rows.endpoints,
    inStart: rows.inStart,
    inEnd: rows.inEnd,
    isOpenEnded: rows.isOpenEnded,
    inType: rows.inType,
    outStart: rows.outStart,
    outEnd: rows.outEnd,
    endpoint: rows.endpoint,
    first: candidates.first,
    candidate: candidates.rows,
    weight: new Float64Array(candidates.rows.length),
    isFixed,
    slack: candidates.slack,
  };
  const model = new TimingModel(rows.types, rows.endpoints, quantumOf(problem, rows.resolution));
  const span = Math.max(1, rows.outStart.at(-1)! - rows.outStart[0]!);
  const samples = search(problem, model, {
    seed,
    orphans: evidence.alone + PRIOR_ORPHANS,
    calls: evidence.visible + PRIOR_CALLS,
    visible: evidence.visible,
    span,
    isPartial: undefined,
  });
  const parent = new Int32Array(count);
  const probability = new Float64Array(count);
  const because: PairingReason[] = new Array(count);
  const alternatives = new Map<number, readonly Alternative[]>();
  for (let out = 0; out < count; out++) {
    const row = rows.outOrder[out]!;
    const own = samples.parents[out]!;
    const counts = samples.counts[out]!;
    let best = 0;
    for (let k = 1; k < own.length; k++) if (counts[k]! > counts[best]!) best = k;
    const chosen = own[best]!;
    parent[row] = chosen === NOBODY ? NOBODY : rows.inOrder[chosen]!;
    probability[row] = (counts[best]! + 0.5) / (samples.rounds + 1);
    because[row] = "timing";
  }
  return { parent, probability, because, alternatives, scored: count, left: 0, orphanRate: samples.orphanRate };
}

/** Before anything is seen one orphan in fifty is expected. */
const PRIOR_ORPHANS = 0.2;
const PRIOR_CALLS = 10;

/** Delays shorter than this are one: half of the usual idle time between a request's events, and what its clock can tell. */
function quantumOf(problem: Problem, resolution: number): number {
  const idle: number[] = [];
  const last = Float64Array.from(problem.inStart);
  for (let out = 0; out < problem.outStart.length; out++) {
    let least = Number.POSITIVE_INFINITY;
    let best = -1;
    for (let entry = problem.first[out]!; entry < problem.first[out + 1]!; entry++) {
      const row = problem.candidate[entry]!;
      const gap = problem.outStart[out]! - last[row]!;
      if (gap >= 0 && gap < least) {
        least = gap;
        best = row;
      }
    }
    if (best < 0) continue;
    idle.push(least);
    last[best] = Math.max(last[best]!, problem.outEnd[out]!);
  }
  idle.sort((a, b) => a - b);
  return Math.max(resolution, Math.min(200, (idle[idle.length >> 1] ?? 80) / 2));
}
