import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OldestFirst } from "../../src/wire/oldest-first.ts";

describe("the oldest entry", () => {
  it("is the first of the map, whatever was put in, taken out and put in again", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("put", "take", "take the oldest", "ask"), fc.nat(6)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const table = new Map<number, object>();
        const oldest = new OldestFirst(table);
        for (const [step, key] of all) {
          if (step === "put" || step === "take") table.delete(key);
          if (step === "put") table.set(key, {});
          if (step === "take the oldest") table.delete(oldest.peek()?.[0] ?? -1);
          if (step === "ask") expect(oldest.peek()).toEqual(table.entries().next().value);
        }
        expect(oldest.peek()?.[0]).toBe(table.keys().next().value);
      }),
    );
  });

  it("is looked for once for many of them", () => {
    let walks = 0;
    class Walked extends Map<number, object> {
      override entries() {
        walks++;
        return super.entries();
      }
    }
    const table = new Walked();
    const oldest = new OldestFirst(table);
    for (let i = 0; i < 10_000; i++) {
      table.set(i, {});
      if (i >= 100) table.delete(oldest.peek()?.[0] ?? -1);
    }
    expect(table.size).toBe(100);
    expect(walks).toBeLessThan(150);
  });
});
