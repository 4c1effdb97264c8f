import { describe, expect, it } from "vitest";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { findMachines } from "../../src/hops/machines.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { ConnectionSummary } from "../../src/protocols/observation.ts";
import { connection } from "./exchanges.ts";

const POD = "10.0.0.5";
const VAULT = "10.0.0.9";
const CALLER = "10.0.0.7";

const between = (client: string, server: string) =>
  connection({ client: { address: client, port: 40_000 }, server: { address: server, port: 8_080 } });
const times = (n: number, one: ConnectionSummary) => Array.from({ length: n }, () => one);
const hostOfLoopback = (connections: readonly ConnectionSummary[]) =>
  findMachines(new ExchangeTable(standardFormats, () => undefined), connections, Int32Array.of(0), []).hostOf("127.0.0.1", 0);

describe("loopback of a capture", () => {
  it("is the machine that all other connections have in common", () => {
    expect(hostOfLoopback([...times(5, between(CALLER, POD)), ...times(5, between(POD, VAULT))])).toBe(POD);
  });

  it("is so too where nearly all of them go to one peer", () => {
    expect(hostOfLoopback([...times(2, between(CALLER, POD)), ...times(98, between(POD, VAULT))])).toBe(POD);
  });

  it("is nobody's where one peer is all there is, or where machines have nothing in common", () => {
    expect(hostOfLoopback(times(9, between(POD, VAULT)))).toBe("127.0.0.1");
    expect(hostOfLoopback([...times(5, between(CALLER, POD)), ...times(5, between(CALLER, VAULT)), ...times(5, between(POD, VAULT))])).toBe(
      "127.0.0.1",
    );
  });

  it("is, of one pair of machines, that on which no other capture was taken", () => {
    const seenFrom = (vantage: number, all: readonly ConnectionSummary[]) => all.map((one) => ({ ...one, vantage }));
    const caller = seenFrom(0, [...times(5, between(CALLER, POD)), ...times(5, between(CALLER, VAULT))]);
    const pod = seenFrom(1, times(9, between(CALLER, POD)));
    const hostOf = (connections: readonly ConnectionSummary[]) =>
      findMachines(new ExchangeTable(standardFormats, () => undefined), connections, Int32Array.of(0, 1), []).hostOf("127.0.0.1", 1);
    expect(hostOf([...caller, ...pod])).toBe(POD);
    expect(hostOf(pod)).toBe("loopback of capture 2");
  });
});

describe("a connection that the capture does not hold whole", () => {
  const at = 500;
  const isBlind = (more: Partial<ConnectionSummary>) =>
    findMachines(
      new ExchangeTable(standardFormats, () => undefined),
      [{ ...between(CALLER, POD), openedAt: 0, lastPacketAt: 1_000, missing: 100, ...more }],
      Int32Array.of(0),
      [],
    ).isBlind(POD, at);

  it("hides requests where packets were lost", () => {
    expect(isBlind({ protocol: "HTTP/1" })).toBe(true);
    expect(isBlind({ protocol: "HTTP/1", cutOff: 40 })).toBe(true);
  });

  it("hides none of HTTP/1 where packets only lack their ends: each begins with what it asks for", () => {
    expect(isBlind({ protocol: "HTTP/1", cutOff: 100 })).toBe(false);
    expect(isBlind({ protocol: "HTTP/2", cutOff: 100 })).toBe(true);
  });
});
