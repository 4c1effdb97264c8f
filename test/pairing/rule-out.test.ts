import { expect, test } from "vitest";
import { ruleOut } from "../../src/pairing/rule-out.ts";

const candidates = { first: Int32Array.of(0, 3, 5, 5), rows: Int32Array.of(4, 5, 6, 5, 7), lead: 1, slack: 2 };

test("what evidence puts far behind the best is no candidate any more", () => {
  const evidence = { weight: Float64Array.of(5, -3, 0, 1, -4), kind: Uint8Array.of(6, 0, 1, 3, 0) };
  const likely = ruleOut(candidates, evidence);
  expect(Array.from(likely.candidates.first)).toEqual([0, 2, 4, 4]);
  expect(Array.from(likely.candidates.rows)).toEqual([4, 6, 5, 7]);
  expect(likely.candidates).toMatchObject({ lead: 1, slack: 2 });
  expect(Array.from(likely.evidence.weight)).toEqual([5, 0, 1, -4]);
  expect(Array.from(likely.evidence.kind)).toEqual([6, 1, 3, 0]);
  expect(Array.from(likely.isNarrowed)).toEqual([1, 0, 0]);
});
