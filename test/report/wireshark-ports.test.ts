import { expect, test } from "vitest";
import { isTakenInWireshark } from "../../src/report/wireshark-ports.ts";

test.each([8_085, 6_379, 6_000, 6_063, 6_885])("%i is another protocol's", (port) => expect(isTakenInWireshark(port)).toBe(true));

test.each([80, 5_999, 6_064, 8_080, 8_088, 9_000, 30_080])("%i shows HTTP by itself", (port) =>
  expect(isTakenInWireshark(port)).toBe(false),
);
