import { describe, expect, it } from "vitest";
import { estimateCaptureClocks } from "../../src/hops/capture-clocks.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { Sightings } from "../../src/hops/sightings.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import { exchange, type Options } from "./exchanges.ts";

const CALLER = { address: "10.0.0.1", port: 40_000 };
const PROXY = { address: "10.0.0.5", port: 8_080 };
const STOCK = { address: "10.0.0.6", port: 8_080 };
const context = (i: number) => [{ name: "traceparent", value: `00-${String(i + 1).padStart(32, "0")}-${"2".repeat(16)}-01` }];

/** A request to the proxy, as its caller's capture shows it, and on to stock, as stock's does, whose clock is `ahead`; µs. */
function passedOn(i: number, ahead: number, { target = `/stock/${i}`, gap = 2_000, last = 6_000 } = {}): Options[] {
  const at = i * 50_000;
  const fields = context(i);
  return [
    { client: CALLER, server: PROXY, at, answered: at + 10_000, sequence: i, target: `/stock/${i}`, fields },
    {
      vantage: 1,
      client: { address: PROXY.address, port: 41_000 },
      server: STOCK,
      at: at + gap + ahead,
      answered: at + gap + last + ahead,
      sequence: 5_000 + i,
      target,
      fields,
    },
  ];
}

function clocksOf(seen: readonly Options[]): number[] {
  const table = new ExchangeTable(standardFormats, () => undefined);
  for (const options of seen) table.add(exchange(options));
  return estimateCaptureClocks(table, new Sightings(table, 2, Int32Array.of(0, 1)), 2);
}

it("takes of two clocks the first capture's, whichever is ahead", () => {
  const seenTwice = (ahead: number) =>
    [0, 1, 2].flatMap((i): Options[] => [
      { at: i * 1_000, sequence: i * 10 },
      { at: i * 1_000 + ahead + 50, answered: i * 1_000 + ahead + 450, vantage: 1, sequence: i * 10 },
    ]);
  expect(clocksOf(seenTwice(7_000_000))).toEqual([0, 7_000_000]);
  expect(clocksOf(seenTwice(-7_000_000))).toEqual([0, -7_000_000]);
});

const twenty = (make: (i: number) => Options[]) => Array.from({ length: 20 }, (_, i) => make(i)).flat();

describe("clocks of captures that share no exchange", () => {
  it("are one where each exchange lies within the other already, however early in it", () => {
    expect(clocksOf(twenty((i) => passedOn(i, 0, { gap: 1_000, last: 3_000 })))).toEqual([0, 0]);
  });

  it("are not told by calls of an application that copies contexts, a little one after another", () => {
    expect(clocksOf(twenty((i) => passedOn(i, 0, { target: `/prices/${i}`, gap: 60_000 })))).toEqual([0, 0]);
  });

  it.each([1_700_000, -40_000])("are told by what a proxy passes on between them: %i µs", (ahead) => {
    const [first, second] = clocksOf(twenty((i) => passedOn(i, ahead)));
    expect(second! - first!).toBeCloseTo(ahead, -4);
  });

  it("are one where each lies within the other as it is", () => {
    expect(clocksOf(twenty((i) => passedOn(i, 0)))).toEqual([0, 0]);
  });

  it("are not told by an application's calls one after another, which share a context as well", () => {
    expect(clocksOf(twenty((i) => passedOn(i, 0, { target: `/prices/${i}`, gap: 15_000 })))).toEqual([0, 0]);
  });

  it("are not told by a few", () => {
    expect(clocksOf(passedOn(0, 900_000))).toEqual([0, 0]);
  });
});
