import { expect, test } from "vitest";
import { pageWidth } from "../../src/commands/page-width.ts";
import { testWorld } from "./test-world.ts";

const bounds = { least: 60, elsewhere: 120 };

test("a terminal's width is heeded, and COLUMNS where there is none", () => {
  const wide = testWorld({ isTTY: true, columns: 200, env: { COLUMNS: "100" } });
  expect(pageWidth(wide, true, bounds)).toBe(200);
  expect(pageWidth(wide, false, bounds)).toBe(100);
  expect(pageWidth(testWorld({}), false, bounds)).toBe(120);
});

test.each(["", "0", "-1", "wide", "1e999", "80.5"])("COLUMNS of %j says nothing", (columns) => {
  expect(pageWidth(testWorld({ env: { COLUMNS: columns } }), false, bounds)).toBe(120);
});

test("nothing is narrower than can be read", () => {
  expect(pageWidth(testWorld({ env: { COLUMNS: "10" } }), false, bounds)).toBe(60);
});
