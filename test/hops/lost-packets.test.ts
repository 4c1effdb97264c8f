// What a lost packet hides, and what it does not.

import { describe, expect, it } from "vitest";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { HttpExchange } from "../../src/protocols/observation.ts";
import { connection, exchange, NOON, POD } from "./exchanges.ts";

const EACH_US = 10_000;
const STOCK = { address: "10.0.0.20", port: 8_080 };

const LOSSY = connection({ to: 10_000_000, missing: 300 });

/** Requests of one connection, each answered half a step behind it, and then `more`. */
function hopsOf(lacking: readonly number[], of: number, more: readonly HttpExchange[] = [], hasStreams = false) {
  const table = new ExchangeTable(standardFormats, () => undefined);
  for (let i = 0; i < of; i++) {
    const whole = exchange({ at: i * EACH_US, answered: (i + 0.5) * EACH_US, sequence: 1 + i, target: `/${i}` });
    const asked = lacking.includes(i) ? { ...whole, request: undefined } : whole;
    table.add(hasStreams ? { ...asked, version: "2", stream: 2 * i + 1 } : asked);
  }
  for (const one of more) table.add(one);
  return buildHops(table, [LOSSY], 1, []).table;
}

const at = (steps: number) => NOON + steps * EACH_US;

describe("a machine that received requests which the capture lacks", () => {
  it("is blind while they were served, where others of the connection were read", () => {
    const { machines } = hopsOf([7], 20);
    expect(machines.isBlind(POD.address, at(7.2))).toBe(true);
    expect(machines.isBlind(POD.address, at(6.2))).toBe(false);
    expect(machines.isBlind(POD.address, at(8.2))).toBe(false);
  });

  it("is blind for as long as others took, where requests are under way side by side", () => {
    const slow = exchange({ at: 0, answered: 12 * EACH_US, sequence: 90, target: "/slow" });
    const { machines } = hopsOf([17], 20, [{ ...slow, version: "2", stream: 99 }], true);
    expect(machines.isBlind(POD.address, at(17.2))).toBe(true);
    expect(machines.isBlind(POD.address, at(6.2))).toBe(true);
    expect(machines.isBlind(POD.address, at(5.2))).toBe(false);
    expect(machines.isBlind(POD.address, at(18.2))).toBe(false);
  });

  it("is blind all the time where many are missing, or few were read at all", () => {
    expect(hopsOf([2, 7, 8], 20).machines.isBlind(POD.address, at(5.2))).toBe(true);
    expect(hopsOf([7], 9).machines.isBlind(POD.address, at(5.2))).toBe(true);
  });
});

describe("a request whose answer was lost", () => {
  const lost = { ...exchange({ at: 0, target: "/lost", sequence: 1 }), response: undefined };
  const next = exchange({ at: 20_000, answered: 90_000, target: "/next", sequence: 2 });
  const call = (when: number) => exchange({ client: { ...POD, port: 50_000 }, server: STOCK, at: when, sequence: 9, target: "/stock" });

  it("may be the cause of a call until the connection asks for something else", () => {
    const early = hopsOf([], 0, [lost, call(10_000), next]);
    expect(early.hop(1).candidates).toEqual([0]);
    const late = hopsOf([], 0, [lost, next, call(50_000)]);
    expect(late.hop(2).candidates).toEqual([1]);
  });
});
