import { describe, expect, it } from "vitest";
import { ConnectionIndex, hash } from "../../src/tcp/connection-index.ts";

describe("ConnectionIndex", () => {
  it("finds a connection by its ends in either direction, and what was deleted not at all", () => {
    const index = new ConnectionIndex<number>();
    for (let i = 0; i < 5_000; i++) index.set(i, 40_000 + (i % 100), i % 7, 80, i);
    for (let i = 0; i < 5_000; i += 2) index.delete(i % 7, 80, i, 40_000 + (i % 100));
    expect(index.size).toBe(2_500);
    for (let i = 0; i < 5_000; i++) expect(index.find(i % 7, 80, i, 40_000 + (i % 100))).toBe(i % 2 === 0 ? undefined : i);
    expect([...index.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 2_500 }, (_, i) => 2 * i + 1));
  });

  it("spreads connections that any known sum of their words would put in one place", () => {
    const n = 10_000;
    // Ports that undo what the address brings, for a multiplier that anybody can read here.
    const hashes = Array.from({ length: n }, (_, high) => hash(1, high, Math.imul(high, 0x85ebca6b)));
    expect(new Set(hashes).size).toBeGreaterThan(0.99 * n);
  });
});
