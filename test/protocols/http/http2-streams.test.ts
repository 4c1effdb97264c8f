// Streams as a hostile peer numbers them: work follows the frames, not their square.

import { describe, expect, it } from "vitest";
import { Http2Streams } from "../../../src/protocols/http/http2-streams.ts";
import { LowestIds } from "../../../src/protocols/http/lowest-ids.ts";
import type { HttpRequest, HttpResponse } from "../../../src/protocols/observation.ts";
import { MAX_OPEN_STREAMS } from "../../../src/wire/limits.ts";

const request = {} as HttpRequest;
const response = {} as HttpResponse;

/** A number that counts how often it is compared or reckoned with. */
function counting() {
  let count = 0;
  const number = (value: number) =>
    ({
      valueOf() {
        count++;
        return value;
      },
    }) as unknown as number;
  return { number, count: () => count };
}

function emitting() {
  const emitted: string[] = [];
  const streams = new Http2Streams((stream, incomplete) => emitted.push(`${stream.id} ${incomplete ?? "whole"}`), false);
  return { emitted, streams };
}

function answer(streams: Http2Streams, id: number): void {
  const stream = streams.find(id, "server");
  if (stream !== undefined) stream.response = response;
  streams.end(id, "server", 0);
}

function ask(streams: Http2Streams, id: number): void {
  const stream = streams.find(id, "client");
  if (stream !== undefined) streams.asked(stream, request);
}

describe("responses whose requests were not seen yet", () => {
  it("go out lowest first once a later request shows that theirs were missed", () => {
    const { emitted, streams } = emitting();
    for (const id of [9, 3, 13, 7, 5]) answer(streams, id);
    ask(streams, 11);
    expect(emitted).toEqual(["3 gap", "5 gap", "7 gap", "9 gap"]);
    ask(streams, 15);
    expect(emitted.slice(4)).toEqual(["13 gap"]);
  });

  const work = (n: number) => {
    const { number, count } = counting();
    const { streams } = emitting();
    for (let i = 0; i < n; i++) answer(streams, number(2 * (n - i) + 1));
    return count();
  };

  it("cost no square of them when their ids fall", () => {
    expect(work(4_000)).toBeLessThan(2.5 * work(2_000));
  });

  it("cost no square of them when each request shows one of many", () => {
    const work = (n: number) => {
      const { number, count } = counting();
      const { emitted, streams } = emitting();
      streams.lost("client");
      for (let i = 0; i < n; i++) answer(streams, number(1_000_001 + 2 * i));
      for (let i = 0; i < n; i++) {
        answer(streams, number(4 * i + 1));
        ask(streams, number(4 * i + 3));
      }
      expect(emitted).toHaveLength(n);
      return count();
    };
    expect(work(2_000)).toBeLessThan(2.5 * work(1_000));
  });

  it("are forgotten with the streams that were given up", () => {
    const waiting = new Set<number>();
    const ids = new LowestIds((id) => waiting.has(id));
    let largest = 0;
    for (let round = 0; round < 2; round++)
      for (let id = MAX_OPEN_STREAMS; id > 0; id--) {
        waiting.clear();
        waiting.add(id);
        ids.add(id);
        largest = Math.max(largest, ids.size);
      }
    expect(largest).toBeLessThanOrEqual(64);
    waiting.add(3).add(1);
    for (let i = 0; i < 1_000; i++) ids.add(i % 2 === 0 ? 1 : 3);
    expect(ids.size).toBeLessThanOrEqual(64);
  });
});

describe("GOAWAY", () => {
  const work = (n: number, above: (i: number) => number) => {
    const { number, count } = counting();
    const { streams } = emitting();
    for (let i = 0; i < 1_000; i++) ask(streams, number(2 * i + 1));
    const before = count();
    for (let i = 0; i < n; i++) streams.refused(above(i));
    return count() - before;
  };

  it("that comes again and again is looked at once", () => {
    expect(work(2_000, () => 0x7fff_ffff)).toBe(work(1, () => 0x7fff_ffff));
  });

  it("costs no look at all streams for each, though it falls", () => {
    expect(work(2_000, (i) => 0x7fff_ffff - i)).toBe(work(1_000, (i) => 0x7fff_ffff - i));
  });

  it("tells streams above it that come later when they end", () => {
    const { emitted, streams } = emitting();
    ask(streams, 1);
    streams.refused(1);
    ask(streams, 3);
    streams.refused(1);
    streams.close("fin");
    expect(emitted).toEqual(["1 fin", "3 reset"]);
  });
});
