import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recognizeStartLine } from "../../../src/protocols/http/start-line.ts";
import { UnfinishedStart } from "../../../src/protocols/http/unfinished-start.ts";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** Where the bytes, which come one after another, turn out to begin no message; -1 when they do not. */
function noneAt(bytes: Uint8Array, isNone: (length: number) => boolean): number {
  for (let length = 1; length <= bytes.length; length++) if (isNone(length)) return length;
  return -1;
}

describe("UnfinishedStart", () => {
  it("says of any bytes, in any pieces, what the whole of them says", () => {
    const long = fc.constantFrom("a".repeat(80), "a b", " ", "\n", "\r\n", "HTTP/1.1", "HTTP/1.", " 200 ", "x: y\r\n");
    const first = fc.constantFrom("GET /", "FOO ", "FOO", "HTTP/1.1 200", "HTTP/1.1 20", "GET htt", "get ", "");
    fc.assert(
      fc.property(first, fc.array(long, { maxLength: 6 }), (begin, rest) => {
        const bytes = bytesOf(begin + rest.join(""));
        const start = new UnfinishedStart();
        start.begin();
        expect(noneAt(bytes, (length) => start.isNone(bytes, length))).toBe(
          noneAt(bytes, (length) => recognizeStartLine(bytes, 0, length) === "no"),
        );
      }),
    );
  });

  it.each([
    ["without an end", "FOO ", ""],
    ["with fields behind it", `FOO /${"a".repeat(4_000)} HTTP/1.1\n`, "x:y\n"],
  ])("looks at each byte of a line once, %s", (_, begin, more) => {
    const reads = (n: number) => {
      let count = 0;
      const bytes = bytesOf(begin + (more === "" ? "a" : more).repeat(n));
      const counting = new Proxy(bytes, {
        get(target, key) {
          count++;
          const value = target[key as unknown as number] as unknown;
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const start = new UnfinishedStart();
      start.begin();
      for (let length = begin.length; length <= bytes.length; length++) expect(start.isNone(counting, length)).toBe(false);
      return count;
    };
    const base = more === "" ? 0 : begin.length;
    expect((reads(4_000) - base) / Math.max(1, reads(2_000) - base)).toBeLessThan(2.2);
  });
});
