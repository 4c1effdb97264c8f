import { describe, expect, it } from "vitest";
import { Connection } from "../../src/tcp/connection.ts";
import type { TrackedConnection } from "../../src/tcp/connection-state.ts";
import { EndingConnections } from "../../src/tcp/ending-connections.ts";
import { CLOSED_LINGER_US } from "../../src/wire/limits.ts";

const end = { address: "10.0.0.1", port: 1 };
const entry = (id: number): TrackedConnection => ({
  connection: new Connection(id, 0, [end, end], 0, { capture: 0, number: 1 }),
  source: 1,
  sourcePort: 1,
  destination: 1,
  destinationPort: 1,
  initialSequence: undefined,
  resetFrom: undefined,
  endingSince: undefined,
});

function ending(times: readonly number[]) {
  const connections = new EndingConnections();
  for (const [id, at] of times.entries()) connections.add(entry(id), at);
  const due = (now: number): number[] => {
    const ids: number[] = [];
    for (let taken = connections.takeDue(now); taken !== undefined; taken = connections.takeDue(now)) ids.push(taken.connection.id);
    return ids;
  };
  return { connections, due };
}

describe("connections that have ended", () => {
  it("are due once their time is over, in their order", () => {
    const { due } = ending([0, 1_000, 2_000]);
    expect(due(CLOSED_LINGER_US - 1)).toEqual([]);
    expect(due(CLOSED_LINGER_US + 1_000)).toEqual([0, 1]);
    expect(due(CLOSED_LINGER_US + 2_000)).toEqual([2]);
  });

  it("are not waited for until a clock that was set back is there again", () => {
    const { due } = ending([3_600_000_000, 0, 1_000]);
    expect(due(2_000)).toEqual([0]);
    expect(due(CLOSED_LINGER_US)).toEqual([1]);
  });

  it("are there once, however often their end is seen", () => {
    const { connections, due } = ending([]);
    const one = entry(7);
    connections.add(one, 0);
    connections.add(one, 1_000);
    expect([connections.size, due(CLOSED_LINGER_US), one.endingSince]).toEqual([1, [7], undefined]);
    connections.add(one, 9_000_000);
    expect(connections.takeOldest()).toBe(one);
    expect(connections.takeOldest()).toBeUndefined();
  });

  it("do not pile up when they are dropped, at one time or not", () => {
    const { connections } = ending([0]);
    let largest = 0;
    for (let id = 1; id < 100_000; id++) {
      const one = entry(id);
      connections.add(one, 0);
      connections.drop(one);
      largest = Math.max(largest, connections.size);
    }
    expect(largest).toBeLessThan(2_000);
    expect(connections.takeOldest()?.connection.id).toBe(0);
  });
});
