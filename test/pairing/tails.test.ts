import { expect, test } from "vitest";
import { Assignment } from "../../src/pairing/assignment.ts";
import { Crossing } from "../../src/pairing/crossing.ts";
import type { Problem } from "../../src/pairing/problem.ts";
import { Random } from "../../src/pairing/random.ts";
import { Tails } from "../../src/pairing/tails.ts";
import { TimingModel } from "../../src/pairing/timing-model.ts";

const REQUESTS = 30;
const OVERLAPPING = 3;
/** A request makes two calls: the second as long after the first as tells whose it is. */
const GAP = [300, 3_000, 30_000] as const;

/** Thirty requests of three types; the last three, one of each, are open at one time, and any may have made the calls of each. */
function problem(): Problem {
  const startOf = (row: number) => (row < REQUESTS - OVERLAPPING ? row * 100_000 : (REQUESTS - OVERLAPPING) * 100_000 + (row % 3));
  const calls = Array.from({ length: 2 * REQUESTS }, (_, k) => {
    const row = k >> 1;
    return { row, at: startOf(row) + 100 + (k & 1) * GAP[row % 3]!, endpoint: k & 1 };
  }).sort((a, b) => a.at - b.at);
  const isOpen = (row: number) => row >= REQUESTS - OVERLAPPING;
  const candidates = calls.map(({ row }) => (isOpen(row) ? [REQUESTS - 3, REQUESTS - 2, REQUESTS - 1] : [row]));
  const first = [0];
  for (const each of candidates) first.push(first.at(-1)! + each.length);
  return {
    types: 3,
    endpoints: 2,
    inStart: Float64Array.from({ length: REQUESTS }, (_, row) => startOf(row)),
    inEnd: Float64Array.from({ length: REQUESTS }, (_, row) => startOf(row) + 50_000),
    isOpenEnded: new Uint8Array(REQUESTS).fill(1),
    inType: Int32Array.from({ length: REQUESTS }, (_, row) => row % 3),
    outStart: Float64Array.from(calls, ({ at }) => at),
    outEnd: Float64Array.from(calls, ({ at }) => at + 50),
    endpoint: Int32Array.from(calls, ({ endpoint }) => endpoint),
    first: Int32Array.from(first),
    candidate: Int32Array.from(candidates.flat()),
    weight: new Float64Array(candidates.flat().length),
    isFixed: Uint8Array.from(calls, ({ row }) => (isOpen(row) ? 0 : 1)),
    slack: 0,
  };
}

/** The calls of the three requests, first and second each; the seconds as `order` deals them. */
function stateWith(order: readonly number[]): { state: Assignment; tails: Tails; last: number } {
  const world = problem();
  const model = new TimingModel(3, 2, 1);
  model.begin();
  const last = REQUESTS - OVERLAPPING;
  for (let row = 0; row < last; row++) model.observe(world, row, [2 * row, 2 * row + 1], 1);
  model.fit();
  const noOverlaps = Array.from({ length: REQUESTS }, () => []);
  const state = new Assignment(world, model.successor(), new Crossing(world, noOverlaps), new Random(1));
  state.ghosts.setRates(1e-6, Float64Array.of(1, 1), 1e9);
  const rows = [last, last + 1, last + 2];
  rows.forEach((row, k) => {
    state.place(2 * last + k, row);
    state.place(2 * last + OVERLAPPING + k, rows[order[k]!]!);
  });
  state.refit(rows, () => 0);
  const isActive = Uint8Array.from({ length: REQUESTS }, (_, row) => (row >= last ? 1 : 0));
  return { state, tails: new Tails(state, isActive), last };
}

const secondsOf = ({ state, last }: { state: Assignment; last: number }) =>
  [0, 1, 2].map((k) => state.parent[2 * last + OVERLAPPING + k]! - last);

test("three requests that have each other's calls in a ring are untied at once", () => {
  const tied = stateWith([1, 2, 0]);
  const before = tied.state.gained;
  tied.tails.sweep(1, 0);
  expect(secondsOf(tied)).toEqual([0, 1, 2]);
  expect(tied.state.calls.slice(tied.last, tied.last + 3).map((calls) => calls.length)).toEqual([2, 2, 2]);
  expect(tied.state.gained - before).toBeGreaterThan(0);
});

test("what fits best stays, and gains nothing", () => {
  const right = stateWith([0, 1, 2]);
  right.tails.sweep(1, 0);
  expect(secondsOf(right)).toEqual([0, 1, 2]);
  expect(right.state.gained).toBe(0);
});

test("scores are those of the calls that were dealt", () => {
  const { state, tails, last } = stateWith([2, 0, 1]);
  tails.sweep(1, 0);
  for (let row = last; row < last + 3; row++) expect(state.score[row]).toBeCloseTo(state.scoreOf(row, state.calls[row]!), 9);
});
