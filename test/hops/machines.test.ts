import { describe, expect, it } from "vitest";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { findMachines } from "../../src/hops/machines.ts";
import type { ConnectionSummary } from "../../src/protocols/observation.ts";
import type { Endpoint } from "../../src/wire/endpoint.ts";

const POD = "10.0.0.5";
const VAULT = "10.0.0.9";
const CALLER = "10.0.0.7";

function connection(client: string, server: string, port = 8_080): ConnectionSummary {
  const end = (address: string, port: number): Endpoint => ({ address, port });
  return {
    kind: "connection",
    vantage: 0,
    client: end(client, 40_000),
    server: end(server, port),
    protocol: "HTTP/1",
    handshake: "complete",
    closedBy: "fin",
    openedAt: 0,
    packet: { capture: 0, number: 1 },
    lastPacketAt: 1,
    packets: 10,
    bytes: 1_000,
    missing: 0,
    retransmissions: 0,
    secondSights: 0,
  };
}

const times = (n: number, one: ConnectionSummary) => Array.from({ length: n }, () => one);
const hostOfLoopback = (connections: readonly ConnectionSummary[]) =>
  findMachines(new ExchangeTable(), connections, 1).hostOf("127.0.0.1", 0);

describe("loopback of a capture", () => {
  it("is the machine that all other connections have in common", () => {
    expect(hostOfLoopback([...times(5, connection(CALLER, POD)), ...times(5, connection(POD, VAULT))])).toBe(POD);
  });

  it("is so too where nearly all of them go to one peer", () => {
    expect(hostOfLoopback([...times(2, connection(CALLER, POD)), ...times(98, connection(POD, VAULT))])).toBe(POD);
  });

  it("is nobody's where one peer is all there is, or where machines have nothing in common", () => {
    expect(hostOfLoopback(times(9, connection(POD, VAULT)))).toBe("127.0.0.1");
    expect(
      hostOfLoopback([...times(5, connection(CALLER, POD)), ...times(5, connection(CALLER, VAULT)), ...times(5, connection(POD, VAULT))]),
    ).toBe("127.0.0.1");
  });
});
