import { expect, it } from "vitest";
import { KeptBody, type WholeBody } from "../../../src/protocols/exports/kept-body.ts";
import { KeptBytes } from "../../../src/protocols/kept-bytes.ts";

function kept(pieces: readonly number[], mayBe?: (beginning: Uint8Array) => boolean, limit = 1_000) {
  const bodies: WholeBody[] = [];
  const body = new KeptBody(limit, new KeptBytes(4_096), ({ bytes, ...rest }) => bodies.push({ bytes: bytes.slice(), ...rest }), mayBe);
  for (const length of pieces) body.data(new Uint8Array(length), 0, length);
  body.end(true);
  body.end(true);
  return bodies;
}

it("is handed over once, whole", () => {
  expect(kept([5, 7, 8])).toMatchObject([{ length: 20, isWhole: true, isCapped: false, bytes: { length: 20 } }]);
});

it("is kept no further when its beginning, in any pieces, cannot be wanted", () => {
  for (const pieces of [[40], [5, 35], [11, 1, 28]])
    expect(kept(pieces, () => false)).toMatchObject([{ length: 40, isCapped: true, bytes: { length: 0 } }]);
  expect(kept([40], () => true)).toMatchObject([{ isCapped: false, bytes: { length: 40 } }]);
  expect(kept([11], () => false)).toMatchObject([{ isCapped: false, bytes: { length: 11 } }]);
});

it("is dropped beyond its limit", () => {
  expect(kept([600, 600])).toMatchObject([{ length: 1_200, isCapped: true, bytes: { length: 0 } }]);
});
