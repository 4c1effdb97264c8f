import { describe, expect, it } from "vitest";
import { joinExemplars } from "../../src/diagnosis/exemplars.ts";
import { Judge } from "../../src/diagnosis/judge.ts";
import { Tally } from "../../src/diagnosis/tally.ts";
import { EARLIEST_EXEMPLARS, MAX_EXEMPLARS, MAX_ROUTES, MAX_TRACE_IDS } from "../../src/wire/limits.ts";
import { look, request, type Seen, traceparent, type World } from "./build-view.ts";
import { checkout, forwarded, nTimes, requestsOf } from "./cases/case.ts";

/** The judgements of a world, counted under the routes that `routeOf` names. */
function tallyOf(world: World, routeOf: (i: number) => string = () => "GET /"): { readonly tally: Tally; readonly seen: Seen } {
  const seen = look(world);
  const tally = new Tally();
  const judge = new Judge(seen.view);
  const work = seen.view.table.all().filter((hop) => hop.purpose === "work");
  for (const [i, hop] of work.entries()) tally.add(judge.judge(hop.index), routeOf(i));
  return { tally, seen };
}

/** The tally of the edge between two groups, and that of its faults. */
function between(tally: Tally, from: string, to: string) {
  const isBetween = (one: { readonly from: { readonly group: string }; readonly to: { readonly group: string } }) =>
    one.from.group === from && one.to.group === to;
  return { edges: [...tally.edges.values()].filter(isBetween), faults: [...tally.faults.values()].filter(isBetween) };
}

const dropping = (n: number) => nTimes(n, (i) => forwarded(i, { outgoing: [] }));

describe("Tally", () => {
  it("counts every exchange of an edge under what became of its context", () => {
    const calls = [
      checkout(0),
      checkout(1),
      checkout(2, { outgoing: [] }),
      checkout(3, { outgoing: [traceparent(900, 900)] }),
      checkout(4, { outgoing: [["traceparent", "00-zz"]] }),
    ];
    const cut = requestsOf([checkout(5)]).map((r) => ({ ...r, fields: [], head: "partial" as const }));
    const { tally } = tallyOf({ requests: [...requestsOf(calls), ...cut] });
    const [edge] = between(tally, "frontend", "orders").edges;
    expect(edge).toMatchObject({ exchanges: 6, withContext: 3, continued: 2, restarted: 1, absent: 1, notObservable: 1 });
    expect(between(tally, "client", "frontend").edges[0]).toMatchObject({ exchanges: 6, continued: 5, notObservable: 1 });
  });

  it("leaves out health checks, scrapes, exports and preflights", () => {
    const { tally } = tallyOf({
      requests: [
        ...requestsOf([checkout(0)]),
        request("client → orders", { at: 5_000, target: "/healthz" }),
        request("client → orders", { at: 6_000, target: "/metrics" }),
        request("orders → collector:4318", { at: 7_000, method: "POST", target: "/v1/traces" }),
        request("client → orders", { at: 8_000, method: "OPTIONS" }),
      ],
    });
    expect([...tally.edges.values()].map((edge) => edge.exchanges)).toEqual([1, 1]);
  });

  it("counts an exchange that two captures saw once, and each try by itself", () => {
    const seenTwice = requestsOf(dropping(3)).map((r) => ({ ...r, seenFrom: [0, 1] }));
    expect(between(tallyOf({ requests: seenTwice }).tally, "ingress", "orders").faults[0]?.affected).toBe(3);
    const { inbound, outbound } = forwarded(0, { outgoing: [] });
    const tries = [inbound, { ...outbound, until: 40, status: 503 }, { ...outbound, at: 50, until: 80 }];
    expect(between(tallyOf({ requests: tries }).tally, "ingress", "orders").faults[0]?.affected).toBe(2);
  });

  it("does not depend on the order in which edges come", () => {
    const requests = requestsOf([...dropping(3), checkout(5)]);
    const counts = (world: World) =>
      [...tallyOf(world).tally.edges.values()].map((e) => `${e.from.name} ${e.to.name} ${e.exchanges} ${e.absent}`).sort();
    expect(counts({ requests: [...requests].reverse() })).toEqual(counts({ requests }));
  });

  it("keeps replicas apart", () => {
    const { tally } = tallyOf({
      requests: requestsOf(nTimes(4, (i) => forwarded(i, { orders: i % 2 === 0 ? "orders#1" : "orders#2", outgoing: [] }))),
    });
    const { edges, faults } = between(tally, "ingress", "orders");
    expect(edges.map((edge) => edge.to.pod)).toEqual(["orders-1", "orders-2"]);
    expect(faults.map((fault) => fault.affected)).toEqual([2, 2]);
  });

  it("keeps the earliest exemplars whole and some from anywhere, and counts the rest", () => {
    const n = 20 * MAX_EXEMPLARS;
    const { tally } = tallyOf({ requests: requestsOf(dropping(n)) });
    const fault = between(tally, "ingress", "orders").faults[0]!;
    expect(fault.affected).toBe(n);
    expect(fault.exemplars).toHaveLength(MAX_EXEMPLARS);
    for (const { fault: one } of fault.exemplars) expect(one.parent).toBeDefined();
    const kept = fault.exemplars.map(({ judgement }) => judgement.hop.index);
    expect(kept).toEqual([...new Set(kept)]);
    const earliest = kept.slice(0, EARLIEST_EXEMPLARS);
    expect(earliest).toEqual([...earliest].sort((a, b) => a - b));
    expect(Math.max(...kept)).toBeGreaterThan(n);
  });

  it("joins exemplars of several tallies in the order of time", () => {
    const { tally } = tallyOf({ requests: requestsOf(dropping(20 * MAX_EXEMPLARS)) });
    const fault = between(tally, "ingress", "orders").faults[0]!;
    const joined = joinExemplars([{ exemplars: fault.exemplars.slice(2) }, { exemplars: fault.exemplars.slice(0, 2) }]);
    expect(joined).toEqual([...fault.exemplars].sort((a, b) => a.judgement.hop.index - b.judgement.hop.index));
  });

  it("counts routes beyond the cap as other", () => {
    const n = MAX_ROUTES + 10;
    const { tally } = tallyOf({ requests: requestsOf(dropping(n)) }, (i) => `GET /${i >> 1}`);
    const { edges, faults } = between(tally, "ingress", "orders");
    expect(edges[0]!.routes.size).toBe(MAX_ROUTES + 1);
    expect(edges[0]!.routes.get("other")).toBe(10);
    expect(faults[0]!.routes.get("other")).toBe(10);
    expect([...faults[0]!.routes.values()].reduce((sum, count) => sum + count, 0)).toBe(n);
  });

  it("lists a bounded number of traces, and counts all of them", () => {
    const n = MAX_TRACE_IDS + 5;
    const { tally } = tallyOf({ requests: requestsOf(dropping(n)) });
    const fault = between(tally, "ingress", "orders").faults[0]!;
    expect(fault.traceIds.size).toBe(n);
    expect(look({ requests: requestsOf(dropping(n)) }).findings[0]).toMatchObject({ traceCount: n });
    expect(look({ requests: requestsOf(dropping(n)) }).findings[0]?.traceIds).toHaveLength(MAX_TRACE_IDS);
  });

  it("counts a trace once, also beyond the list", () => {
    const n = MAX_TRACE_IDS + 5;
    const twice = dropping(n).flatMap(({ inbound, outbound }) => [
      inbound,
      { ...outbound, until: outbound.at + 20 },
      { ...outbound, at: outbound.at + 30 },
    ]);
    const { tally } = tallyOf({ requests: twice });
    const fault = between(tally, "ingress", "orders").faults[0]!;
    expect(fault.affected).toBe(2 * n);
    expect(fault.traceIds.size).toBe(n);
  });

  it("weighs the confidence of what it counts", () => {
    const { tally } = tallyOf({ requests: requestsOf(dropping(3)) });
    const { confidence } = between(tally, "ingress", "orders").faults[0]!;
    expect(confidence).toBeGreaterThan(0.9);
    expect(confidence).toBeLessThanOrEqual(1);
  });
});
