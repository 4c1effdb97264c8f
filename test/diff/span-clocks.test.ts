import { describe, expect, it } from "vitest";
import { estimateSpanClocks } from "../../src/diff/span-clocks.ts";
import type { HopSpans } from "../../src/diff/trace-diff.ts";
import type { Hop } from "../../src/hops/hop.ts";
import { NOON, request, server } from "../diagnosis/build-view.ts";

const SECOND = 1_000_000;
const N = 6;

/** Exchanges of one capture, whose clock is this far ahead, with spans of a service. */
interface Shown {
  readonly vantage: number;
  readonly service: string;
  readonly ahead: number;
}

const hopOf = (index: number, startedAt: number, vantage: number) => ({ index, startedAt, vantage }) as unknown as Hop;
const spanOf = (service: string) => ({ ...server(request("frontend → orders"), { service }), startedAt: NOON });

function clocksOf(shown: readonly Shown[]) {
  const hops: Hop[] = [];
  const matches = new Map<number, HopSpans>();
  for (const { vantage, service, ahead } of shown)
    for (let i = 0; i < N; i++) {
      matches.set(hops.length, { server: spanOf(service) });
      hops.push(hopOf(hops.length, NOON + ahead, vantage));
    }
  return estimateSpanClocks(hops, matches);
}

describe("the clock of spans", () => {
  const apart = clocksOf([
    { vantage: 0, service: "stock", ahead: 0 },
    { vantage: 1, service: "notes", ahead: 10 * SECOND },
  ]);

  it("is told by the service's own where it has any", () => {
    expect(apart.startsOf(spanOf("notes"))).toEqual([NOON + 10 * SECOND]);
    expect(apart.slackOf(spanOf("notes"))).toBeLessThan(SECOND);
  });

  it("is else that of the capture which shows the exchange", () => {
    const fraud = spanOf("fraud");
    expect(apart.startAt(fraud, hopOf(0, NOON, 1))).toBe(NOON + 10 * SECOND);
    expect(apart.startAt(fraud, hopOf(0, NOON, 0))).toBe(NOON);
    expect(apart.startsOf(fraud)).toEqual(expect.arrayContaining([NOON, NOON + 10 * SECOND]));
    expect(apart.slackOf(fraud)).toBeGreaterThan(SECOND);
  });

  it("is told capture by capture of a service that they disagree about", () => {
    const both = clocksOf([
      { vantage: 0, service: "notes", ahead: 0 },
      { vantage: 1, service: "notes", ahead: -10 * SECOND },
    ]);
    expect(both.byService.has("notes")).toBe(false);
    expect(both.startAt(spanOf("notes"), hopOf(0, NOON, 1))).toBe(NOON - 10 * SECOND);
    expect(both.slackOf(spanOf("notes"), hopOf(0, NOON, 1))).toBeLessThan(SECOND);
  });

  it("is one where captures agree", () => {
    const one = clocksOf([
      { vantage: 0, service: "stock", ahead: 100 },
      { vantage: 1, service: "notes", ahead: 200 },
    ]);
    expect(one.startsOf(spanOf("fraud"))).toEqual([NOON + 150]);
  });
});
