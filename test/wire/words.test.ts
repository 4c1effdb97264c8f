import { expect, it } from "vitest";
import { counted, listed, upTo } from "../../src/wire/words.ts";

it("counts with thousands set apart, in the singular and in the plural", () => {
  expect([counted(1, "time"), counted(0, "time"), counted(1_204, "time"), counted(2, "entry", "entries")]).toEqual([
    "1 time",
    "0 times",
    "1,204 times",
    "2 entries",
  ]);
});

it.each([
  [[], ""],
  [["a"], "a"],
  [["a", "b"], "a and b"],
  [["a", "b", "c"], "a, b and c"],
  [["a", "b", "c", "d", "e"], "a, b, c and 2 more"],
])("lists %j", (parts, sentence) => {
  expect(listed(upTo(3, parts))).toBe(sentence);
});
