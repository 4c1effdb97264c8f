import { expect, it } from "vitest";
import { editDistance } from "../../src/wire/edit-distance.ts";

it.each([
  ["", "", 0],
  ["", "abc", 3],
  ["jager", "jaeger", 1],
  ["kitten", "sitting", 3],
])("%j is %j after so many changes", (a, b, changes) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([changes, changes]);
});
