import { describe, expect, it } from "vitest";
import { FeatureCounts, type Features } from "../../src/diagnosis/features.ts";
import { HALF, LEADING_ZERO } from "../../src/diagnosis/hop-features.ts";
import { separation } from "../../src/diagnosis/separation.ts";
import { separationClause } from "../../src/diagnosis/separation-words.ts";

const SECOND = 1_000_000;
const plain: Features = {
  route: "GET /a",
  cause: "GET /",
  spelling: "traceparent",
  protocol: "HTTP/1.1",
  id: "",
  pod: "",
  headLength: 300,
  bodyLength: 0,
  causeHeadLength: 0,
  causeBodyLength: 0,
  at: 0,
};

function counts(n: number, make: (i: number) => Partial<Features>): FeatureCounts {
  const all = new FeatureCounts();
  for (let i = 0; i < n; i++) all.add({ ...plain, ...make(i) }, 1);
  return all;
}

/** Spread over a minute, so that time says nothing. */
const anytime = (i: number) => ({ at: ((i * 37) % 60) * SECOND });
const says = (affected: FeatureCounts, rest: FeatureCounts) => separationClause(separation(affected, rest), 0);

describe("separation", () => {
  it("by route, which the routes of the finding tell", () => {
    const found = separation(
      counts(8, (i) => ({ ...anytime(i), route: "POST /pay" })),
      counts(12, (i) => anytime(i + 3)),
    );
    expect(found).toMatchObject({ feature: "route", values: ["POST /pay"], isClean: true, affected: { inside: 8, outside: 0 } });
  });

  it("by method, where that says many routes in a word", () => {
    const affected = counts(20, (i) => ({ ...anytime(i), route: `POST /p${i % 4}` }));
    expect(
      says(
        affected,
        counts(20, (i) => ({ ...anytime(i), route: `GET /p${i % 4}` })),
      ),
    ).toBe(", only POST");
  });

  it("by a moment", () => {
    const early = counts(10, (i) => ({ at: i * SECOND }));
    const late = counts(30, (i) => ({ at: (i + 12) * SECOND }));
    expect(says(early, late)).toMatch(/^, only in their first 1\d s \(until 00:00:1/);
    expect(says(late, early)).toMatch(/^, only after their first 1\d s/);
  });

  it("from the first ones, where the others are all that follow", () => {
    const others = counts(400, (i) => ({ at: (i + 2) * SECOND }));
    expect(
      says(
        others,
        counts(1, () => ({ at: SECOND })),
      ),
    ).toBe(", all but the first");
    expect(
      says(
        others,
        counts(2, (i) => ({ at: i * SECOND })),
      ),
    ).toBe(", all but the first 2");
  });

  it("by a moment, with some under way on the other side of it", () => {
    const early = counts(20, (i) => ({ at: i === 0 ? 21.5 * SECOND : i * SECOND }));
    const late = counts(40, (i) => ({ at: (i + 20.5) * SECOND }));
    expect(says(early, late)).toContain(", nearly only in their first 2");
  });

  it("by the shape of the trace id", () => {
    const affected = (id: string) => counts(8, (i) => ({ ...anytime(i), id }));
    const rest = counts(120, (i) => anytime(i));
    expect(says(affected(LEADING_ZERO), rest)).toBe(", only trace ids with a leading zero (1 in 16)");
    expect(says(affected(HALF), rest)).toBe(", only trace ids of 64 bits");
  });

  it("by the length of the request head", () => {
    const affected = counts(9, (i) => ({ ...anytime(i), headLength: 9_000 + i }));
    expect(
      says(
        affected,
        counts(30, (i) => ({ ...anytime(i), headLength: 300 + i })),
      ),
    ).toMatch(/^, only with request heads of 9000 bytes or more/);
  });

  it("by the length of the head of the request that caused them", () => {
    const affected = counts(9, (i) => ({ ...anytime(i), causeHeadLength: 1_200 + i }));
    const rest = counts(30, (i) => ({ ...anytime(i), causeHeadLength: 300 + i }));
    expect(says(affected, rest)).toBe(", only those caused by requests with heads of 1200 bytes or more");
  });

  it("by load, where nothing is affected while it is low", () => {
    const busy = (i: number) => i % 10 < 3;
    const affected = counts(300, (i) => ({ at: (Math.floor(i / 30) * 10 + (i % 3)) * SECOND + (i % 30) * 10 }));
    const rest = new FeatureCounts();
    for (let second = 0; second < 100; second++)
      for (let i = 0; i < (busy(second) ? 20 : 5); i++) rest.add({ ...plain, at: second * SECOND + i * 1_000 }, 1);
    expect(says(affected, rest)).toMatch(/^, only above some \d+ requests\/s \(300 of \d+ there\)$/);
  });

  it("prefers what holds without exception", () => {
    const affected = counts(10, (i) => ({ ...anytime(i), route: "POST /pay", spelling: i === 0 ? "traceparent" : "Traceparent" }));
    const rest = counts(30, (i) => ({ ...anytime(i), spelling: "traceparent" }));
    expect(separation(affected, rest)?.feature).toBe("route");
  });

  it("says nothing where chance would do as well", () => {
    const spread = (n: number, from: number) => counts(n, (i) => ({ ...anytime(i * 7 + from), route: `GET /${(i * 7 + from) % 3}` }));
    expect(separation(spread(12, 0), spread(24, 5))).toBeUndefined();
    // One of two routes, one exchange each.
    expect(
      separation(
        counts(1, () => ({ route: "GET /b" })),
        counts(1, () => ({})),
      ),
    ).toBeUndefined();
  });

  it("says nothing where every exchange is the only one of its route", () => {
    expect(
      separation(
        counts(10, (i) => ({ ...anytime(i), route: `GET /x${i}` })),
        counts(10, (i) => ({ ...anytime(i + 1), route: `GET /y${i}` })),
      ),
    ).toBeUndefined();
  });

  it("says nothing without anything to compare with", () => {
    expect(separation(counts(9, anytime), new FeatureCounts())).toBeUndefined();
    expect(separation(new FeatureCounts(), counts(9, anytime))).toBeUndefined();
    expect(separationClause(undefined, 0)).toBe("");
  });

  it("adding counts up is counting all", () => {
    const sum = counts(20, anytime);
    sum.addAll(counts(30, (i) => ({ at: i * 3_600 * SECOND, route: "POST /b" })));
    expect(sum.total).toBe(50);
    expect([...sum.named.route]).toEqual([
      ["GET /a", 20],
      ["POST /b", 30],
    ]);
  });
});

describe("a while in the middle", () => {
  const during = (from: number, to: number) => (i: number) => ({ at: (from + ((i * 37) % 100) * 0.01 * (to - from)) * SECOND });

  it("is told with both ends where all is right before and after it", () => {
    const rest = counts(200, during(0, 20));
    rest.addAll(counts(200, during(22, 60)));
    expect(says(counts(40, during(20.1, 21.9)), rest)).toMatch(/^, only from 00:00:20\.\d{3} to 00:00:21\.\d{3} \(1\.\d s\)$/);
  });

  it("is none where it reaches the end, which is a moment", () => {
    expect(says(counts(40, during(50, 60)), counts(300, during(0, 49)))).toMatch(/^, only after their first (49|50) s/);
  });

  it("is none where chance makes it as well", () => {
    expect(says(counts(2, during(20.1, 20.2)), counts(60, during(0, 60)))).toBe("");
  });
});

describe("the length of bodies", () => {
  it("separates from some length on", () => {
    const affected = counts(40, (i) => ({ ...anytime(i), bodyLength: 9_000 + i }));
    const rest = counts(60, (i) => ({ ...anytime(i), bodyLength: i * 20 }));
    expect(says(affected, rest)).toMatch(/^, only with request bodies of \d+ bytes or more$/);
  });
});
