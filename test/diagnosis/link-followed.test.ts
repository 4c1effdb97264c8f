import { describe, expect, it } from "vitest";
import { linkFollowed } from "../../src/diagnosis/link-followed.ts";
import type { ParentLink } from "../../src/hops/hop.ts";
import { look, request, times } from "./build-view.ts";

/** Requests 0, 2, 4 … of frontend, each with a call behind it: 1, 3, 5 … */
const table = () =>
  look({
    requests: times(4, (n) => [
      request("client → frontend", { at: 100 * n, until: 100 * n + 10 }),
      request("frontend → orders", { at: 100 * n + 40, until: 100 * n + 50 }),
    ]),
  }).view.table;

describe("calls behind the answer", () => {
  it("hang below the only request that they can have followed", () => {
    const hops = table();
    linkFollowed(hops, new Map([[3, [2]]]));
    expect(hops.hop(3)).toMatchObject({ parent: { hop: 2, because: "timing", confidence: 0.8 }, candidates: [2] });
  });

  it("keep the order of their requests where there are two", () => {
    const hops = table();
    const both = new Map([
      [5, [4, 2]],
      [7, [4, 2]],
    ]);
    linkFollowed(hops, both);
    expect([5, 7].map((call) => hops.hop(call).parent?.hop)).toEqual([2, 4]);
    expect(hops.hop(7)).toMatchObject({ parent: { confidence: 0.5 }, candidates: [4, 2] });
  });

  it("are left open where there are more", () => {
    const hops = table();
    linkFollowed(hops, new Map([[7, [4, 2, 0]]]));
    expect(hops.hop(7)).toMatchObject({ parent: undefined, candidates: [0, 2, 4] });
  });

  it.each<[ParentLink, boolean]>([
    [{ hop: 0, because: "trace id", confidence: 0.99 }, true],
    [{ hop: 0, because: "timing", confidence: 0.95 }, true],
    [{ hop: 0, because: "timing", confidence: 0.7 }, false],
    [{ hop: 0, because: "only candidate", confidence: 0.99 }, false],
  ])("keep the parent %j: %s", (parent, isKept) => {
    const hops = table();
    hops.hop(3).parent = parent;
    linkFollowed(hops, new Map([[3, [2]]]));
    expect(hops.hop(3).parent?.hop).toBe(isKept ? 0 : 2);
  });
});
