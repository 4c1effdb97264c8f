// The next record behind lost bytes, among bytes that look like records.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeptBytes } from "../../../src/protocols/kept-bytes.ts";
import type { TlsRecord } from "../../../src/protocols/tls/record.ts";
import { RecordReader } from "../../../src/protocols/tls/record-reader.ts";
import { record } from "./seal.ts";

/** What no other record here holds: it stands for the key that opens it. */
const SEAL = 0xee;
const real = (length: number) => record(23, new Uint8Array(length).fill(SEAL));

/** Behind a gap: the positions of the records that were taken, and how many were tried. */
function readLost(bytes: Uint8Array, cuts: readonly number[], budget = new KeptBytes()) {
  const taken: string[] = [];
  let tried = 0;
  const say = (what: string, { offset, start, end, first, firstLength, last }: TlsRecord) =>
    taken.push(`${what} ${offset}+${end - start} first ${first.offset} ${firstLength} last ${last.offset}`);
  const reader = new RecordReader(
    {
      wants: () => true,
      record: (each) => say("record", each),
      passed: () => undefined,
      lost: () => undefined,
      notRecord: () => taken.push("no record"),
      take(each) {
        tried++;
        if (each.bytes[each.start + 5] !== SEAL) return "no";
        say("take", each);
        return "yes";
      },
    },
    budget,
  );
  const segment = (offset: number) => ({ at: 0, packet: 1, capture: 0, offset, acknowledged: -1 });
  reader.gap(10, segment(0));
  const ends = [...new Set(cuts.filter((cut) => cut > 0 && cut < bytes.length))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    reader.data(bytes, start, end, segment(10 + start));
    start = end;
  }
  reader.close();
  return { taken, tried };
}

const join = (...parts: readonly (Uint8Array | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe("the search for the next record behind lost bytes", () => {
  it("is not misled by a last byte that could begin a header", () => {
    const bytes = join([1, 2, 23], real(40), real(50));
    for (const cuts of [[], [3], [2, 3], [1, 2, 3, 4, 5, 6, 7]])
      expect(readLost(bytes, cuts).taken.map((each) => each.slice(0, 14).trim())).toEqual(["take 13+45 fir", "record 58+55 f"]);
  });

  it("does not wait for the end of a record that is none", () => {
    const bytes = join([23, 3, 3, 0x40, 0], [9, 9, 23, 3, 1, 0x30, 0], real(40), real(20));
    expect(readLost(bytes, [5, 12, 57]).taken).toEqual(["take 22+45 first 22 45 last 22", "record 67+25 first 67 25 last 67"]);
  });

  it("says where a record was first and last seen", () => {
    const bytes = join([23, 3, 3, 0x40, 0], real(40));
    expect(readLost(bytes, [8, 20]).taken).toEqual(["take 15+45 first 10 3 last 30"]);
    expect(readLost(bytes, [5, 20]).taken).toEqual(["take 15+45 first 15 15 last 30"]);
  });

  it("finds the record in any pieces, and gives back what it kept", () => {
    const noise = fc.array(fc.constantFrom(20, 23, 3, 1, 0, 9, 200), { maxLength: 60 });
    fc.assert(
      fc.property(noise, fc.integer({ min: 9, max: 300 }), fc.array(fc.nat(400), { maxLength: 12 }), (before, length, cuts) => {
        const budget = new KeptBytes(1 << 20);
        const whole = readLost(join(before, real(length), real(9)), cuts, budget).taken.map((each) => each.split(" first")[0]);
        expect(whole.slice(0, 2)).toEqual([`take ${10 + before.length}+${length + 5}`, `record ${15 + before.length + length}+14`]);
        expect(budget.take(1 << 20)).toBe(true);
      }),
    );
  });

  it("of a flood of headers keeps a bounded number, and gives up with the budget", () => {
    const flood = Uint8Array.from({ length: 60_000 }, (_, i) => [23, 3, 3, 0x48, 0][i % 5]!);
    expect(
      readLost(
        flood,
        Array.from({ length: 60 }, (_, i) => i * 1000),
      ).tried,
    ).toBeLessThan(300);
    expect(readLost(join(flood, real(40)), [], new KeptBytes(10)).taken).toEqual([]);
  });
});
