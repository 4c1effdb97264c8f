// Recorded systems whose true causes are known (../shared/pairing): what was reached must be kept, with a little room for other machines' rounding.

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type LabelledService, readLabelledSet } from "../../bench/labelled-sets.mjs";
import { pairTraffic } from "../../src/pairing/pair-traffic.ts";
import { NOBODY } from "../../src/pairing/traffic.ts";
import { numbers } from "./worlds.ts";

const SETS = "../shared/pairing";

function load(set: string, keeps?: (id: string) => boolean): LabelledService[] {
  return readLabelledSet(JSON.parse(gunzipSync(readFileSync(`${SETS}/${set}.json.gz`)).toString("utf8")), keeps);
}

interface Grade {
  readonly pairs: number;
  readonly traces: number;
  /** Expected calibration error over ten bands. */
  readonly error: number;
  /** Part right of what is said with 0.9 or more. */
  readonly sure: number;
  readonly precision: number;
  readonly recall: number;
}

function grade(services: readonly LabelledService[]): Grade {
  const traces = new Set<string>();
  const broken = new Set<string>();
  const bands = Array.from({ length: 10 }, () => 0);
  const n = { all: 0, right: 0, sure: 0, sureRight: 0, orphans: 0, told: 0, found: 0 };
  for (const { traffic, truth, inIds, traces: traceOf, isJoin } of services) {
    const { parent, probability } = pairTraffic(traffic);
    truth.forEach((cause, row) => {
      const isRight = parent[row] === cause;
      traces.add(traceOf[row]!);
      if (!isRight && !isJoin) for (const id of [traceOf[row]!, inIds[parent[row]!]?.split("|")[0]]) if (id !== undefined) broken.add(id);
      n.all++;
      n.right += isRight ? 1 : 0;
      if (probability[row]! >= 0.9) {
        n.sure++;
        n.sureRight += isRight ? 1 : 0;
      }
      if (cause === NOBODY) n.orphans++;
      if (parent[row] === NOBODY) n.told++;
      if (cause === NOBODY && parent[row] === NOBODY) n.found++;
      bands[Math.min(9, Math.floor(probability[row]! * 10))]! += probability[row]! - (isRight ? 1 : 0);
    });
  }
  return {
    pairs: n.right / n.all,
    traces: 1 - broken.size / traces.size,
    error: bands.reduce((sum, off) => sum + Math.abs(off), 0) / n.all,
    sure: n.sureRight / n.sure,
    precision: n.found / Math.max(1, n.told),
    recall: n.found / Math.max(1, n.orphans),
  };
}

describe.skipIf(!existsSync(SETS))("sets of ../shared/pairing", () => {
  test.each([
    ["hotel_125", "traces", 0.97],
    ["media_75", "traces", 0.88],
    ["node_25", "traces", 0.985],
    ["tt_1", "pairs", 0.985],
  ] as const)("%s: %s right ≥ %d, calibrated", (set, what, least) => {
    const grades = grade(load(set));
    expect(grades[what]).toBeGreaterThan(least);
    expect(grades.error).toBeLessThan(0.05);
    expect(grades.sure).toBeGreaterThan(0.95);
  });

  test("ob_1: repeated calls of two services", () => {
    // The whole set takes half a minute: `npm run bench:pairing` has it.
    const services = load("ob_1").filter(({ service }) => service !== "frontend");
    expect(grade(services).pairs).toBeGreaterThan(0.97);
  });

  test.each([
    ["hotel_125", 0.97],
    ["node_25", 0.97],
  ])("%s without a tenth of what came in: orphans are told", (set, least) => {
    const next = numbers(29);
    const { precision, recall, error } = grade(load(set, () => next() >= 0.1));
    expect(precision).toBeGreaterThan(least);
    expect(recall).toBeGreaterThan(0.9);
    expect(error).toBeLessThan(0.05);
  });
});

test("a set of another shape is refused", () => {
  expect(() => readLabelledSet([1])).toThrow(TypeError);
  expect(() => readLabelledSet({ a: { ins: [], outs: [{ id: "x" }] } })).toThrow(/t0 and t1/);
});
