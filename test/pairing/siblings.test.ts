import { expect, test } from "vitest";
import { type Guess, linkSiblings } from "../../src/pairing/siblings.ts";
import { look, request, times, traceparent } from "../diagnosis/build-view.ts";

const [FIRST, SECOND] = [0, 1];

/** Two requests without a context, and two calls of one trace that frontend began while both were open. */
function tableOf() {
  const requests = [
    ...times(2, (i) => [request("client → frontend", { at: i, until: 90 + i, target: `/${i}` })]),
    request("frontend → orders", { at: 20, until: 30, target: "/orders", fields: [traceparent(9, 1)] }),
    request("frontend → stock", { at: 40, until: 50, target: "/stock", fields: [traceparent(9, 2)] }),
  ];
  return look({ requests }).view.table;
}

function linked(toOrders: readonly Guess[], toStock: readonly Guess[]) {
  const table = tableOf();
  const guesses = new Map([
    [2, toOrders],
    [3, toStock],
  ]);
  for (const [hop, [guess]] of guesses) table.link(hop, guess!.parent, "timing", guess!.likely);
  linkSiblings(table, guesses);
  return [2, 3].map((hop) => table.parent[hop]);
}

const guess = (first: number, second: number): Guess[] =>
  [
    { parent: FIRST, likely: first },
    { parent: SECOND, likely: second },
  ].sort((a, b) => b.likely - a.likely);

test("calls of one begun trace get the request that is likeliest to both", () => {
  expect(linked(guess(0.8, 0.2), guess(0.45, 0.55))).toEqual([FIRST, FIRST]);
  expect(linked(guess(0.45, 0.55), guess(0.1, 0.9))).toEqual([SECOND, SECOND]);
});

test("where nothing is likely to both, each keeps its own", () => {
  expect(linked(guess(0.95, 0.05), guess(0.05, 0.95))).toEqual([FIRST, SECOND]);
});
