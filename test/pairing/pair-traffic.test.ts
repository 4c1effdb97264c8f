import { describe, expect, test } from "vitest";
import { pairTraffic } from "../../src/pairing/pair-traffic.ts";
import { NOBODY, OPEN } from "../../src/pairing/traffic.ts";
import { type Called, numbers, type Received, sequentialService, shareRight, withoutSome, world } from "./worlds.ts";

describe("small worlds", () => {
  test("nothing came in, nothing went out", () => {
    expect(pairTraffic(world([], []).traffic).parent).toHaveLength(0);
    expect(pairTraffic(world([{ at: 0, until: 9 }], []).traffic).parent).toHaveLength(0);
    const alone = pairTraffic(world([], [{ at: 1, until: 2, cause: NOBODY }]).traffic);
    expect([...alone.parent]).toEqual([NOBODY]);
    expect(alone.because).toEqual(["none fits"]);
  });

  test("a single candidate is the cause", () => {
    const { traffic } = world([{ at: 1_000, until: 9_000 }], [{ at: 2_000, until: 3_000, cause: 0 }]);
    const pairing = pairTraffic(traffic);
    expect([...pairing.parent]).toEqual([0]);
    expect(pairing.because).toEqual(["only candidate"]);
    expect(pairing.probability[0]).toBeGreaterThan(0.8);
    expect(pairing.alternatives.size).toBe(0);
  });

  test("an anchor stays, whatever times say", () => {
    const received = [
      { at: 1_000, until: 9_000 },
      { at: 20_000, until: 30_000 },
    ];
    const pairing = pairTraffic(world(received, [{ at: 2_000, until: 3_000, cause: 1, isKnown: true }]).traffic);
    expect([...pairing.parent]).toEqual([1]);
    expect(pairing.because).toEqual(["anchor"]);
    expect(pairing.probability[0]).toBe(1);
  });

  test("known to have no cause, it has none", () => {
    const known = world([{ at: 1_000, until: 9_000 }], [{ at: 2_000, until: 3_000, cause: NOBODY, isKnown: true }]);
    expect([...pairTraffic(known.traffic).parent]).toEqual([NOBODY]);
  });

  test("one request inside another's time: delays tell", () => {
    const { received, called } = sequentialService(300, 8_000, 2);
    const { traffic, truth } = world(received, called);
    const pairing = pairTraffic(traffic);
    expect(shareRight(pairing.parent, truth)).toBeGreaterThan(0.97);
    expect(pairing.because).toContain("timing");
  });

  test("a pipeline of workers: each keeps one request and answers in order", () => {
    const next = numbers(5);
    const received: Received[] = [];
    const called: Called[] = [];
    for (let cause = 0; cause < 300; cause++) {
      const at = 1e9 + cause * 3_000;
      const start = at + 2_000 + next() * 300;
      called.push({ at: start, until: start + 4_000 + next() * 300, route: 0, cause });
      received.push({ at, until: start + 5_000 + next() * 200 });
    }
    const { traffic, truth } = world(received, called);
    expect(shareRight(pairTraffic(traffic).parent, truth)).toBeGreaterThan(0.97);
  });

  test("three calls side by side for one request", () => {
    const next = numbers(11);
    const received: Received[] = [];
    const called: Called[] = [];
    let at = 1e9;
    for (let cause = 0; cause < 300; cause++) {
      at += -Math.log(1 - next()) * 6_000;
      let latest = 0;
      for (const route of [0, 1, 2]) {
        const start = at + 200 + route * 20 + next() * 50;
        const until = start + 1_000 + next() * 3_000;
        latest = Math.max(latest, until);
        called.push({ at: start, until, route, cause });
      }
      received.push({ at, until: latest + 150 + next() * 50 });
    }
    const { traffic, truth } = world(received, called);
    expect(shareRight(pairTraffic(traffic).parent, truth)).toBeGreaterThan(0.97);
  });

  test("calls that outlive the answer", () => {
    const next = numbers(13);
    const received: Received[] = [];
    const called: Called[] = [];
    for (let cause = 0; cause < 200; cause++) {
      const at = 1e9 + cause * 20_000;
      received.push({ at, until: at + 2_000 });
      const start = at + 2_300 + next() * 100;
      called.push({ at: start, until: start + 5_000, route: 0, cause });
    }
    const { traffic, truth } = world(received, called);
    expect(shareRight(pairTraffic(traffic).parent, truth)).toBeGreaterThan(0.95);
  });

  test("calls of requests that were not captured are orphans", () => {
    const { traffic, truth } = withoutSome(sequentialService(600, 12_000, 2), 0.1);
    const { parent, orphanRate } = pairTraffic(traffic);
    const told = truth.filter((_, row) => parent[row] === NOBODY).length;
    const right = truth.filter((cause, row) => parent[row] === NOBODY && cause === NOBODY).length;
    expect(right / told).toBeGreaterThan(0.95);
    expect(right / truth.filter((cause) => cause === NOBODY).length).toBeGreaterThan(0.8);
    expect(orphanRate).toBeGreaterThan(0.03);
  });

  test("a poll by itself beside requests that make no call", () => {
    const next = numbers(17);
    const received: Received[] = [];
    const called: Called[] = [];
    for (let k = 0; k < 200; k++) {
      const at = 1e9 + k * 10_000 + next() * 3_000;
      received.push({ at, until: at + 2_000 });
    }
    for (let k = 0; k < 60; k++) called.push({ at: 1e9 + k * 33_333, until: 1e9 + k * 33_333 + 500, route: 9, cause: NOBODY });
    const { traffic, truth } = world(received, called);
    expect(shareRight(pairTraffic(traffic).parent, truth)).toBeGreaterThan(0.9);
  });
});

describe("evidence", () => {
  const pair = [
    { at: 1_000, until: 50_000 },
    { at: 1_100, until: 50_100 },
  ];

  test("a request id tells two apart", () => {
    const received = pair.map((request, k) => ({ ...request, requestId: k + 1 }));
    const { traffic } = world(received, [{ at: 20_000, until: 30_000, requestId: 1, cause: 0 }]);
    const pairing = pairTraffic(traffic);
    expect([...pairing.parent]).toEqual([0]);
    expect(pairing.because).toEqual(["request id"]);
    expect(pairing.probability[0]).toBeGreaterThan(0.95);
  });

  test("a rare body length is learnt from calls that are sure", () => {
    const received: Received[] = [];
    const called: Called[] = [];
    for (let k = 0; k < 60; k++) {
      const at = k * 100_000;
      const isPair = k % 3 === 0;
      for (let n = 0; n < (isPair ? 2 : 1); n++) {
        const bodyLength = 100 + 2 * k + n;
        const cause = received.push({ at: at + n * 10, until: at + 50_000 + n * 10, bodyLength }) - 1;
        called.push({ at: at + 20_000 + (1 - n) * 10, until: at + 30_000, bodyLength, cause });
      }
    }
    const { traffic, truth } = world(received, called);
    const pairing = pairTraffic(traffic);
    expect(shareRight(pairing.parent, truth)).toBeGreaterThan(0.95);
    expect(pairing.because).toContain("body length");
  });

  test("a retry goes where the call that failed belongs", () => {
    const received = [
      { at: 1_000, until: 40_000 },
      { at: 10_000, until: 60_000 },
    ];
    const called = [
      { at: 2_000, until: 9_000, target: 5, status: 503, cause: 0 },
      { at: 12_000, until: 20_000, target: 5, cause: 0 },
    ];
    const pairing = pairTraffic(world(received, called).traffic);
    expect(pairing.parent[1]).toBe(0);
    expect(pairing.because[1]).toBe("retry");
  });

  test("nothing tells twins apart: the answer says so", () => {
    const received = [
      { at: 1_000, until: 50_000 },
      { at: 1_000.5, until: 50_000.5 },
    ];
    const pairing = pairTraffic(world(received, [{ at: 20_000, until: 30_000, cause: 0 }]).traffic);
    expect(pairing.probability[0]).toBeLessThan(0.85);
    expect(pairing.alternatives.get(0)?.[0]?.probability).toBeGreaterThan(0.15);
  });
});

describe("budget", () => {
  test("what is too much is left out, counted, and the same every time", () => {
    const { received, called } = sequentialService(400, 2_000, 2);
    const { traffic } = world(received, called);
    const all = pairTraffic(traffic);
    const some = pairTraffic(traffic, { budget: 300_000 });
    expect(all.left).toBe(0);
    expect(some.left).toBeGreaterThan(0);
    expect(some.because.filter((because) => because === "not scored")).toHaveLength(some.left);
    expect([...some.parent].filter((parent) => parent === OPEN)).toHaveLength(some.left);
    expect(pairTraffic(traffic, { budget: 300_000 })).toEqual(some);
  });
});
