import { expect, test } from "vitest";
import { findCandidates } from "../../src/pairing/candidates.ts";
import { weighEvidence } from "../../src/pairing/evidence.ts";
import { orderRows } from "../../src/pairing/rows.ts";
import type { Requests } from "../../src/pairing/traffic.ts";

/** Requests of one kind, a millisecond after one another, with these trace ids. */
function requests(from: number, lasting: number, traceId: readonly number[]): Requests {
  const startedAt = Float64Array.from(traceId, (_, i) => from + i * 1_000);
  return {
    startedAt,
    endedAt: startedAt.map((at) => at + lasting),
    route: new Int32Array(traceId.length).fill(1),
    traceId: Int32Array.from(traceId),
  };
}

/** For each call: what speaks for the first and for the second request. */
function weights(calls: readonly number[]): number[][] {
  const rows = orderRows({ incoming: requests(0, 100_000, [11, 12]), outgoing: requests(5_000, 1_000, calls) });
  const candidates = findCandidates(rows);
  const { weight } = weighEvidence(rows, candidates);
  return calls.map((_, out) => Array.from(weight.subarray(candidates.first[out], candidates.first[out + 1])));
}

test("a trace that came in speaks for its request and against the others", () => {
  const [[own, other] = []] = weights([11]);
  expect(own).toBeGreaterThan(0);
  expect(other).toBeLessThan(0);
});

test("a trace that never came in was begun here, and speaks against none", () => {
  expect(weights([99])).toEqual([[0, 0]]);
});
