import { expect, it } from "vitest";
import { affectedClause } from "../../src/diagnosis/affected-clause.ts";

const routes = (n: number) => Array.from({ length: n }, (_, i) => ({ route: `GET /${i}`, affected: 2, of: 3 }));
const clause = (n: number, more = {}) => affectedClause({ verdict: "stripped", routes: routes(n), affected: 2 * n, of: 30, ...more });

it("names up to three routes", () => {
  expect(clause(1)).toBe(", all of them GET /0 (2 of 3 there)");
  expect(clause(3)).toBe(": GET /0 2 of 3, GET /1 2 of 3, GET /2 2 of 3");
  expect(clause(4)).toBe("");
});

it("names none where all exchanges are affected, or all of the edge are of one route", () => {
  expect(clause(2, { of: 4 })).toBe("");
  expect(clause(1, { of: 3 })).toBe("");
  expect(clause(0)).toBe("");
});

it("says instead what separates them, or that the others had nothing to lose", () => {
  expect(clause(1, { separated: ", only POST" })).toBe(", only POST");
  expect(clause(1, { isEveryOne: true })).toBe(", all that came with a context");
});
