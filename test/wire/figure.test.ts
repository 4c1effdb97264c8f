import { expect, it } from "vitest";
import { figure } from "../../src/wire/figure.ts";

it.each([0, 7, 999, 1_000, 65_536, 999_999, 1_000_000, 1_234_567_890, -1_234])("%d is written as Intl writes it", (n) => {
  expect(figure(n)).toBe(n.toLocaleString("en-US"));
});
