import { expect, it } from "vitest";
import { type Exemplar, firstShown } from "../../src/diagnosis/exemplars.ts";
import type { Hop, ParentReason } from "../../src/hops/hop.ts";

const cause = { index: 0 } as Hop;

/** An exchange of this number, whose cause is known so; without a reason none is named. */
function exemplar(index: number, because?: ParentReason): Exemplar {
  const hop = { index, parent: because && { hop: 0, because, confidence: 1 } } as Hop;
  return { judgement: { hop }, fault: { parent: because === undefined ? undefined : cause }, route: "GET /" } as unknown as Exemplar;
}

it("shows the earliest of those whose cause is known best", () => {
  const [open, inferred, proven] = [exemplar(1), exemplar(2, "timing"), exemplar(3, "trace id")];
  expect(firstShown([open, inferred, proven, exemplar(4, "span id")])).toBe(proven);
  expect(firstShown([open, inferred, exemplar(5, "only candidate")])).toBe(inferred);
  expect(firstShown([open, exemplar(6)])).toBe(open);
  expect(firstShown([])).toBeUndefined();
});
