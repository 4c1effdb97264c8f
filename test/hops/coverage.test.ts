import { describe, expect, it } from "vitest";
import { buildHops } from "../../src/hops/build-hops.ts";
import { Coverage, periodsOf } from "../../src/hops/coverage.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import { connection, exchange, NOON, POD } from "./exchanges.ts";

const STOCK = { address: "10.0.0.20", port: 8_080 };

describe("what captures show of a machine", () => {
  it("reaches from the first to the last packet, on the clock of the run", () => {
    const seen = [
      connection({ vantage: 0, from: 10, to: 20 }),
      connection({ vantage: 0, from: 5, to: 8 }),
      connection({ vantage: 1, from: 100, to: 110 }),
    ];
    expect(periodsOf(seen, [0, 90])).toEqual([
      { from: NOON + 5, to: NOON + 20 },
      { from: NOON + 10, to: NOON + 20 },
    ]);
  });

  it("is what all captures of it show together", () => {
    const coverage = new Coverage();
    coverage.add(1, { from: 10, to: 20 });
    coverage.add(1, { from: 15, to: 30 });
    expect([9, 10, 30, 31].map((at) => coverage.includes(1, at))).toEqual([false, true, true, false]);
    expect(coverage.includes(2, 99)).toBe(true);
  });
});

describe("a call after the capture of its sender has ended", () => {
  const senderOf = (endsAt: number) => {
    const table = new ExchangeTable(standardFormats, () => undefined);
    table.add(exchange({ vantage: 0, target: "/in" }));
    table.add(
      exchange({
        vantage: 1,
        client: { address: POD.address, port: 41_000 },
        server: STOCK,
        at: 900,
        answered: 950,
        target: "/out",
        sequence: 7,
      }),
    );
    const connections = [
      connection({ vantage: 0, from: 0, to: endsAt }),
      connection({ vantage: 1, client: { address: POD.address, port: 41_000 }, server: STOCK, from: 0, to: 2_000 }),
    ];
    return buildHops(table, connections, 2, []).table;
  };

  it("may have a cause that no capture holds", () => {
    expect(senderOf(800).isSenderBlind(1)).toBe(true);
    expect(senderOf(1_000).isSenderBlind(1)).toBe(false);
  });
});
