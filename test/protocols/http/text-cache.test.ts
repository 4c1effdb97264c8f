import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineScanner } from "../../../src/protocols/http/line-scanner.ts";
import { readTarget } from "../../../src/protocols/http/target.ts";
import { createTextCache } from "../../../src/protocols/http/text-cache.ts";
import { bytesOf } from "../../tcp/build-packets.ts";

const bytes = fc.uint8Array({ maxLength: 120 });

describe("reading bytes fast", () => {
  it("finds the same line feed as looking at each byte", () => {
    const scanner = new LineScanner();
    const lines = fc.array(fc.constantFrom(0, 9, 10, 11, 0x8a, 0x0b, 255), { maxLength: 40 }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(lines, fc.nat(40), fc.nat(40), (line, from, end) => {
        const [low, high] = [Math.min(from, end, line.length), Math.min(Math.max(from, end), line.length)];
        const found = line.subarray(0, high).indexOf(10, low);
        expect(scanner.find(line, low, high)).toBe(found < 0 ? high : found);
      }),
      { numRuns: 500 },
    );
  });

  it("makes the same strings as Buffer, from any bytes and again", () => {
    const cache = createTextCache();
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 5 }), fc.nat(120), (list, start) => {
        for (const each of [...list, ...list]) {
          const from = Math.min(start, each.length);
          expect(cache.read(each, from, each.length)).toBe(Buffer.from(each).toString("latin1", from));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["/a?b=1#c", "/a", "/a?b=1#c"],
    ["http://shop/a?b=1", "/a", "/a?b=1"],
    ["http://shop", "/", "/"],
    ["http://shop?b=1", "/", "/?b=1"],
    ["HTTPS://[::1]:8443/a/", "/a/", "/a/"],
    ["shop:443", "shop:443", "shop:443"],
    ["*", "*", "*"],
    ["", "", ""],
  ])("target %s is the path %s, and hashes as %s", (target, path, same) => {
    const read = (text: string) => readTarget(bytesOf(text), 0, text.length, createTextCache());
    expect(read(target).path).toBe(path);
    expect(read(target).hash).toBe(read(same).hash);
  });
});
