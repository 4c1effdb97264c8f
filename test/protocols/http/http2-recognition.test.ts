// How a frame is found behind lost bytes, and what it costs: a capture may hold anything there.

import { describe, expect, it } from "vitest";
import { findFrame, GAVE_UP, NOWHERE } from "../../../src/protocols/http/http2-recognition.ts";
import { DATA, END_HEADERS, frame, HAS_PRIORITY, HEADERS, joined, PING } from "./http2-peers.ts";

const GET = frame(HEADERS, END_HEADERS, 1, [0x82, 0x84]);
const OK = frame(HEADERS, END_HEADERS, 1, [0x88]);
/** Tells neither client nor server: its field lies in the dynamic table. */
const TRAILERS = frame(HEADERS, END_HEADERS, 1, [0xbe]);
const BROKEN = frame(HEADERS, END_HEADERS, 1, []);

const find = (bytes: Uint8Array) => findFrame(bytes, 0, bytes.length, false);

describe("findFrame", () => {
  it.each([
    ["a request behind the end of something else", [1, 2, 3], [GET], 3],
    ["a response, behind frames that tell nothing", [9], [TRAILERS, OK], 1],
    ["what follows a chain that breaks", [9], [TRAILERS, BROKEN, GET], 1 + TRAILERS.length + BROKEN.length],
    ["nothing in frames that tell nothing", [9], [TRAILERS, TRAILERS], NOWHERE],
    ["nothing where the last frame is no frame", [9], [GET, BROKEN, new Uint8Array(20).fill(7)], NOWHERE],
  ] as const)("finds %s", (_, before, frames, at) => {
    expect(find(joined(Uint8Array.from(before), ...frames))).toBe(at);
  });

  it("takes a frame that leads on to where another chain led, though that one told nothing", () => {
    const cut = frame(HEADERS, END_HEADERS, 3, new Uint8Array(100)).subarray(0, 30);
    const body = frame(DATA, 0, 1, joined("body", GET));
    expect(find(joined(Uint8Array.of(9), TRAILERS, body, cut))).toBe(1 + TRAILERS.length + body.length - GET.length);
    expect(find(joined(Uint8Array.of(9), TRAILERS, body, BROKEN))).toBe(NOWHERE);
  });

  /** Bytes that the search looks at. */
  const reads = (bytes: Uint8Array): number => {
    let count = 0;
    const counting = new Proxy(bytes, {
      get(target, key) {
        count++;
        return target[key as unknown as number];
      },
    });
    expect(findFrame(counting, 0, bytes.length, false)).toBe(NOWHERE);
    return count;
  };

  it.each([
    ["that tell nothing", []],
    ["that break", [BROKEN]],
  ] as const)("follows each of many frames once, %s", (_, end) => {
    const many = (n: number) =>
      joined(Uint8Array.of(9), ...Array.from({ length: n }, () => TRAILERS), frame(PING, 0, 0, "12345678"), ...end);
    const once = reads(many(1_000));
    expect(once / many(1_000).length).toBeLessThan(10);
    expect(reads(many(2_000)) / once).toBeLessThan(2.1);
  });

  it("gives up among frames that lie in one another", () => {
    // Nine bytes that are a frame header, and two fields of the frames before: "h: $" and the 16th of the static table.
    const header = [0, 1, 0x68, HEADERS, END_HEADERS | HAS_PRIORITY, 0x50, 2, 0x61, 0x61];
    const many = (n: number) => Uint8Array.from({ length: n * header.length }, (_, i) => header[(i + 1) % header.length]!);
    expect(find(many(30))).toBe(NOWHERE);
    expect(find(many(6_000))).toBe(GAVE_UP);
  });
});
