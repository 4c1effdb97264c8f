import { describe, expect, it } from "vitest";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { findMachines } from "../../src/hops/machines.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { ConnectionSummary } from "../../src/protocols/observation.ts";
import { connection, exchange } from "./exchanges.ts";

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

describe("loopback of a capture that shows one pair of machines", () => {
  /** Requests of the pair from 0 to 5 ms, and the same on loopback from `from` to `to`. */
  const hostOf = (from: number, to: number, isBothWays = false) => {
    const table = new ExchangeTable(standardFormats, () => undefined);
    const local = { address: "127.0.0.1", port: 9_090 };
    for (let i = 0; i < 6; i++) {
      const at = 100_000 * (i + 1);
      const [client, server] = isBothWays && i % 2 === 0 ? [VAULT, POD] : [POD, VAULT];
      const common = { target: `/${"x".repeat(i + 1)}` };
      table.add(
        exchange({
          ...common,
          client: { address: client, port: 40_000 + i },
          server: { address: server, port: 80 },
          at,
          answered: at + 5_000,
        }),
      );
      const inside = { client: { address: "127.0.0.1", port: 50_000 + i }, server: local, at: at + from, answered: at + to };
      table.add(exchange({ ...common, ...inside }));
    }
    const pairs = isBothWays ? [...times(5, between(POD, VAULT)), ...times(5, between(VAULT, POD))] : times(9, between(POD, VAULT));
    return findMachines(table, pairs, Int32Array.of(0), []).hostOf("127.0.0.1", 0);
  };

  it("is that of who is asked, where what came in goes on there meanwhile", () => {
    expect(hostOf(1_000, 4_000)).toBe(VAULT);
  });

  it("is that of who asks, where it went there first", () => {
    expect(hostOf(-1_000, 6_000)).toBe(POD);
  });

  it("is nobody's where they ask one another, or nothing goes on", () => {
    expect(hostOf(1_000, 4_000, true)).toBe("127.0.0.1");
    expect(hostOf(20_000, 25_000)).toBe("127.0.0.1");
  });
});

describe("a connection that the capture does not hold whole", () => {
  const at = 500;
  const isBlind = (more: Partial<ConnectionSummary>, ofClient = { missing: 100, cutOff: 0 }) =>
    findMachines(
      new ExchangeTable(standardFormats, () => undefined),
      [{ ...between(CALLER, POD), openedAt: 0, lastPacketAt: 1_000, missing: 100, ofClient, ...more }],
      Int32Array.of(0),
      [],
    ).isBlind(POD, at);

  it("hides requests where packets were lost", () => {
    expect(isBlind({ protocol: "HTTP/1" })).toBe(true);
    expect(isBlind({ protocol: "HTTP/1" }, { missing: 100, cutOff: 40 })).toBe(true);
    expect(isBlind({ protocol: "HTTP/2" })).toBe(true);
  });

  it.each(["HTTP/1", "HTTP/2"])("hides none of %s where only answers were lost", (protocol) => {
    expect(isBlind({ protocol }, { missing: 0, cutOff: 0 })).toBe(false);
  });

  it("hides none of HTTP/1 where packets only lack their ends: each begins with what it asks for", () => {
    expect(isBlind({ protocol: "HTTP/1" }, { missing: 100, cutOff: 100 })).toBe(false);
    expect(isBlind({ protocol: "HTTP/2" }, { missing: 100, cutOff: 100 })).toBe(true);
  });
});
