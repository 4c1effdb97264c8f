import { describe, expect, test } from "vitest";
import { SpansById } from "../../src/diff/spans-by-id.ts";
import type { Span } from "../../src/spans/span.ts";

/** Only its ids are looked at. */
function span(traceId: string, spanId: string): Span {
  return { traceId, spanId } as Span;
}

const byOwnIds = (spans: readonly Span[]) =>
  new SpansById(
    spans,
    ({ traceId }) => traceId,
    ({ spanId }) => spanId,
  );

describe("spans by trace id and span id", () => {
  test("the same span id in other traces is another span's", () => {
    const [one, other] = [span("a", "1"), span("b", "1")];
    const ids = byOwnIds([one, other]);
    expect(ids.of("a", "1")).toEqual([one]);
    expect(ids.of("b", "1")).toEqual([other]);
    expect(ids.of("c", "1")).toEqual([]);
    expect(ids.of("a", "2")).toEqual([]);
  });

  test("two of the same ids keep their order, among however many others of the span id", () => {
    for (const others of [0, 3, 50]) {
      const [first, second] = [span("a", "1"), span("a", "1")];
      const crowd = Array.from({ length: others }, (_, n) => span(`b${n}`, "1"));
      const ids = byOwnIds([first, ...crowd, second]);
      expect(ids.of("a", "1")).toEqual([first, second]);
      expect(ids.of("a", "1")[1]).toBe(second);
      for (const own of crowd) expect(ids.of(own.traceId, "1")).toEqual([own]);
      expect(ids.of("c", "1")).toEqual([]);
    }
  });
});
