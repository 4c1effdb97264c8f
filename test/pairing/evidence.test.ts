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
function weights(calls: readonly number[], came: readonly number[] = [11, 12]): number[][] {
  const rows = orderRows({ incoming: requests(0, 100_000, came), outgoing: requests(5_000, 1_000, calls) });
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

test("a trace that never came in speaks for a request without a context, where others are not lost", () => {
  const [[bare, other] = []] = weights([99], [0, 12]);
  expect(bare).toBeGreaterThan(0);
  expect(other).toBe(0);
});

test("and for none where the route begins more traces than there are requests without a context", () => {
  const calls = Array.from({ length: 40 }, (_, i) => 100 + i);
  const came = Array.from({ length: 40 }, (_, i) => (i === 0 ? 0 : 1 + i));
  const [[bare] = []] = weights(calls, came);
  expect(bare).toBeLessThan(0.2);
});

test("what calls of one route pass on, calls of another may lack", () => {
  /** One after another, then two at a time: of the first, route 1 passes the id on and route 2 never does. */
  const alone = Array.from({ length: 40 }, (_, i) => i);
  const ids = [...alone.map((i) => 100 + i), 201, 202];
  const incoming = {
    startedAt: Float64Array.from(ids, (_, i) => (i < 40 ? i * 10_000 : 400_000 + i)),
    endedAt: Float64Array.from(ids, (_, i) => (i < 40 ? i * 10_000 + 9_000 : 480_000 + i)),
    route: new Int32Array(ids.length).fill(1),
    pathId: Int32Array.from(ids),
  };
  const calls = [
    ...alone.flatMap((i) => [
      { at: i * 10_000 + 2_000, route: 1, id: 100 + i },
      { at: i * 10_000 + 5_000, route: 2, id: 900 + i },
    ]),
    { at: 410_000, route: 1, id: 202 },
    { at: 420_000, route: 2, id: 202 },
  ];
  const outgoing = {
    startedAt: Float64Array.from(calls, ({ at }) => at),
    endedAt: Float64Array.from(calls, ({ at }) => at + 1_000),
    route: Int32Array.from(calls, ({ route }) => route),
    pathId: Int32Array.from(calls, ({ id }) => id),
  };
  const rows = orderRows({ incoming, outgoing });
  const candidates = findCandidates(rows);
  const { weight } = weighEvidence(rows, candidates);
  const of = (out: number) => Array.from(weight.subarray(candidates.first[out], candidates.first[out + 1]));
  const [passing, lacking] = [of(calls.length - 2), of(calls.length - 1)];
  expect(passing[1]! - passing[0]!).toBeGreaterThan(4);
  expect(lacking[1]! - lacking[0]!).toBeLessThan(2);
});
