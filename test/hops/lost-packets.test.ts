// What a lost packet hides, and what it does not.

import { describe, expect, it } from "vitest";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import type { ConnectionSummary, HttpExchange } from "../../src/protocols/observation.ts";
import { CLIENT, exchange, POD } from "./exchanges.ts";

const NOON = 1_795_348_800_000_000;
const EACH_US = 10_000;
const STOCK = { address: "10.0.0.20", port: 8_080 };

const connection: ConnectionSummary = {
  kind: "connection",
  vantage: 0,
  client: CLIENT,
  server: POD,
  protocol: "HTTP/1",
  handshake: "complete",
  closedBy: "capture ended",
  openedAt: NOON,
  packet: { capture: 0, number: 1 },
  lastPacketAt: NOON + 10_000_000,
  packets: 40,
  bytes: 4_000,
  missing: 300,
  retransmissions: 0,
  secondSights: 0,
};

/** Requests of one connection, each answered half a step behind it, and then `more`. */
function hopsOf(lacking: readonly number[], of: number, more: readonly HttpExchange[] = []) {
  const table = new ExchangeTable();
  for (let i = 0; i < of; i++) {
    const whole = exchange({ at: i * EACH_US, answered: (i + 0.5) * EACH_US, sequence: 1 + i, target: `/${i}` });
    table.add(lacking.includes(i) ? { ...whole, request: undefined } : whole);
  }
  for (const one of more) table.add(one);
  return buildHops(table, [connection], 1).table;
}

const at = (steps: number) => NOON + steps * EACH_US;

describe("a machine that received requests which the capture lacks", () => {
  it("is blind while they were served, where others of the connection were read", () => {
    const { machines } = hopsOf([7], 20);
    expect(machines.isBlind(POD.address, at(7.2))).toBe(true);
    expect(machines.isBlind(POD.address, at(6.2))).toBe(false);
    expect(machines.isBlind(POD.address, at(8.2))).toBe(false);
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
