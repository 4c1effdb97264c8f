import { describe, expect, it } from "vitest";
import { connectionKey, formatEndpoint, sharedConnectionKey } from "../../src/wire/endpoint.ts";

const ends = (vantage: number, address: string) => ({
  vantage,
  client: { address, port: 40_000 },
  server: { address: "10.0.0.2", port: 8080 },
});

it("an address of IPv6 stands in brackets before its port", () => {
  expect([formatEndpoint({ address: "10.7.0.3", port: 8080 }), formatEndpoint({ address: "2001:db8::1", port: 8080 })]).toEqual([
    "10.7.0.3:8080",
    "[2001:db8::1]:8080",
  ]);
});

describe("a connection that two vantage points show", () => {
  it("has a key for each", () => {
    expect(connectionKey(ends(0, "10.0.0.1"))).not.toBe(connectionKey(ends(1, "10.0.0.1")));
  });

  it("has one key where both mean the same", () => {
    expect(sharedConnectionKey(ends(0, "10.0.0.1"))).toBe(sharedConnectionKey(ends(1, "10.0.0.1")));
  });

  it.each(["127.0.0.1", "127.9.0.1", "::1", "::ffff:127.0.0.1"])("is two on loopback: %s", (address) => {
    expect(sharedConnectionKey(ends(0, address))).not.toBe(sharedConnectionKey(ends(1, address)));
  });
});
