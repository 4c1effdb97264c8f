import { expect, test } from "vitest";
import { parseNames } from "../../src/commands/names-file.ts";
import { UserError } from "../../src/wire/user-error.ts";

const places = (text: string) => [...parseNames(text, "names.txt").keys()];

test.each([
  ["10.0.0.7", "10.0.0.7"],
  ["10.0.0.7:8080", "10.0.0.7:8080"],
  ["FD00:0::1", "fd00::1"],
  ["[fd00::1]", "fd00::1"],
  ["[FD00::1]:80", "fd00::1:80"],
  ["::ffff:10.0.0.7", "10.0.0.7"],
])("%s is spelt as captures show it", (place, spelt) => {
  expect(places(`${place} orders`)).toEqual([spelt]);
});

test("comments, blank lines, tabs and pods", () => {
  expect(parseNames("# pods\n\n10.0.0.7\torders  orders-1 # old\r\n", "names.txt")).toEqual(
    new Map([["10.0.0.7", { service: "orders", pod: "orders-1" }]]),
  );
});

test.each(["10.0.0.7", "10.0.0.7 orders pod more", "orders 10.0.0.7", "10.0.0 orders", "10.0.0.7: orders"])("%j: a sentence", (line) => {
  expect(() => places(`10.0.0.1 ok\n${line}`)).toThrow(UserError);
  expect(() => places(`10.0.0.1 ok\n${line}`)).toThrow(/^names\.txt:2: expected ADDRESS\[:PORT\] SERVICE \[POD\], as in /);
});
