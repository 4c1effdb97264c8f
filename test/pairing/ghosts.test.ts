import { expect, test } from "vitest";
import { Ghosts } from "../../src/pairing/ghosts.ts";
import type { Problem } from "../../src/pairing/problem.ts";
import { Random } from "../../src/pairing/random.ts";
import { TimingModel } from "../../src/pairing/timing-model.ts";

/** A hundred requests of one type: each calls endpoint 0, then 1, 200 µs apart, and lasts a millisecond. */
function pairsOfCalls(): { problem: Problem; model: TimingModel } {
  const requests = 100;
  const at = (row: number) => row * 10_000;
  const calls = Array.from({ length: 2 * requests }, (_, out) => at(out >> 1) + 100 + 300 * (out & 1));
  const problem: Problem = {
    types: 1,
    endpoints: 2,
    inStart: Float64Array.from({ length: requests }, (_, row) => at(row)),
    inEnd: Float64Array.from({ length: requests }, (_, row) => at(row) + 1_000),
    isOpenEnded: new Uint8Array(requests),
    inType: new Int32Array(requests),
    outStart: Float64Array.from(calls),
    outEnd: Float64Array.from(calls, (start) => start + 100),
    endpoint: Int32Array.from(calls, (_, out) => out & 1),
    first: Int32Array.from({ length: calls.length + 1 }, (_, out) => out),
    candidate: Int32Array.from(calls, (_, out) => out >> 1),
    weight: new Float64Array(calls.length),
    isFixed: new Uint8Array(calls.length),
    slack: 0,
  };
  const model = new TimingModel(1, 2, 1);
  model.begin();
  for (let row = 0; row < requests; row++) model.observe(problem, row, [2 * row, 2 * row + 1], 1);
  model.fit();
  return { problem, model };
}

function ghosts(share: number): { ghosts: Ghosts; score: (calls: readonly number[]) => number } {
  const { problem, model } = pairsOfCalls();
  const made = new Ghosts(problem);
  made.setRates(share, Float64Array.of(100, 100), 1_000_000);
  return { ghosts: made, score: (calls) => made.score(model, made.first, calls) };
}

test("calls that follow one another as those of a request do were likelier called for one ghost than for two", () => {
  const { score } = ghosts(0.1);
  expect(score([0, 1])).toBeGreaterThan(score([0]) + score([1]));
});

test("calls that do not are likelier those of two", () => {
  const { score } = ghosts(0.1);
  expect(score([0, 20])).toBeLessThan(score([0]) + score([20]));
});

test("the more requests are missing, the likelier is a ghost; without calls there is none", () => {
  expect(ghosts(0.2).score([0, 1])).toBeGreaterThan(ghosts(0.02).score([0, 1]));
  expect(ghosts(0.2).score([])).toBe(0);
});

test("a row is empty until it has got its first call, and again when it has lost its last", () => {
  const { ghosts: made } = ghosts(0.1);
  const random = new Random(1);
  const row = made.takeEmpty(random);
  expect(made.takeEmpty(random)).toBe(row);
  made.update(row, false);
  expect(made.takeEmpty(random)).not.toBe(row);
  made.update(row, true);
  expect(made.takeEmpty(random)).toBe(row);
});

test("ghosts near a call are found once each", () => {
  const { ghosts: made } = ghosts(0.1);
  const parent = new Int32Array(200).fill(0);
  expect(made.near(parent, 92)).toEqual([]);
  for (const row of [made.first + 1, made.first + 2]) made.update(row, false);
  for (const out of [90, 95, 199]) parent[out] = made.first + 1;
  parent[100] = made.first + 2;
  expect(made.near(parent, 92)).toEqual([made.first + 1, made.first + 2]);
  expect(made.near(parent, 0)).toEqual([]);
});
