import { expect, test } from "vitest";
import type { Collectors } from "../../src/diagnosis/exporters/collectors.ts";
import { connectionTroubles } from "../../src/diagnosis/exporters/connection-trouble.ts";
import type { Machines } from "../../src/hops/machines.ts";
import { exported, handshake } from "./build-traffic.ts";
import { connection, endpoint, NOON } from "./build-view.ts";

const collectors = { place: () => "known", label: () => "collector" } as unknown as Collectors;
const machines = { hostOf: (address: string) => address } as unknown as Machines;

/** How often handshakes are looked at where so many clients' connections are closed without an answer. */
function looks(clients: number): number {
  let count = 0;
  const tls = Array.from({ length: 10 }, () => ({
    ...handshake("orders", "stock"),
    get outcome() {
      count++;
      return "established" as const;
    },
  }));
  const connections = Array.from({ length: 2 * clients }, (_, i) =>
    connection(0, { address: `10.1.0.${i >> 1}`, port: 30_000 + i }, endpoint("collector", 4317), "HTTP/2", NOON, NOON + 1_000),
  );
  const troubles = connectionTroubles({ connections, exports: [], dns: [], tls }, collectors, machines);
  expect(troubles.map(({ cause }) => cause)).toEqual(Array.from({ length: clients }, () => "exporter-tls-failed"));
  return count;
}

test("a connection that carried an export was not silent", () => {
  const ends = [30_000, 30_001].map((port) => ({ address: "10.1.0.1", port }));
  const connections = ends.map((client) => connection(0, client, endpoint("collector", 4317), "HTTP/2", NOON, NOON + 1_000));
  const traffic = { connections, exports: [], dns: [], tls: [] };
  expect(connectionTroubles(traffic, collectors, machines)).toHaveLength(1);
  const exports = [{ ...exported("orders", [], { at: 0 }), client: ends[1]! }];
  expect(connectionTroubles({ ...traffic, exports }, collectors, machines)).toEqual([]);
});

test("servers that speak TLS are gathered once, not for each silent client", () => {
  expect(looks(20)).toBe(looks(10));
});
