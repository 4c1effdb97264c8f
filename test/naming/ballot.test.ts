import { expect, test } from "vitest";
import { Ballot } from "../../src/naming/ballot.ts";

function winner(votes: readonly (string | undefined)[]): string | undefined {
  const ballot = new Ballot<string>();
  for (const vote of votes) ballot.vote(7, vote);
  return ballot.winner(7);
}

test("what nearly all chose wins, however many know nothing", () => {
  expect(winner(["a", "a", "b", "a", undefined, undefined, undefined])).toBe("a");
});

test("nothing wins where votes are divided, or where there are none", () => {
  expect(winner(["a", "b", "a"])).toBeUndefined();
  expect(winner([undefined])).toBeUndefined();
  expect(winner([])).toBeUndefined();
});
