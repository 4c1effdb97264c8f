import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { UnpackBudget } from "../../../src/protocols/exports/unpack-budget.ts";
import { MAX_EXPORT_BYTES, MAX_UNPACKED_BYTES_BEYOND } from "../../../src/wire/limits.ts";

it("is spent by bodies that are too large as well, and then by their ratio", () => {
  const bomb = Uint8Array.from(gzipSync(new Uint8Array(MAX_EXPORT_BYTES + 1)));
  const budget = new UnpackBudget();
  const why = () => {
    try {
      budget.ofBody()(bomb, "gzip", MAX_EXPORT_BYTES);
      return "it was unpacked";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  expect(why()).toContain("larger than 8 MiB");
  const said = Array.from({ length: (2 * MAX_UNPACKED_BYTES_BEYOND) / MAX_EXPORT_BYTES }, why);
  expect(said.at(-1)).toContain("times what was sent");
  expect(budget.ofBody()(Uint8Array.of(1, 2), "", MAX_EXPORT_BYTES)).toEqual(Uint8Array.of(1, 2));
});
