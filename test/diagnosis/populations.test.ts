import { describe, expect, it, vi } from "vitest";
import { affectedClause } from "../../src/diagnosis/affected-clause.ts";
import { fault } from "../../src/diagnosis/fault.ts";
import { populationsOf } from "../../src/diagnosis/populations.ts";
import { Tally } from "../../src/diagnosis/tally.ts";
import type { Hop } from "../../src/hops/hop.ts";
import type { Workload } from "../../src/naming/workload.ts";
import { MAX_FEATURE_BUCKETS } from "../../src/wire/limits.ts";
import { look, NOON, request, server, traceparent } from "./build-view.ts";
import { checkout, forwarded, nTimes, requestsOf } from "./cases/case.ts";

const fresh = (i: number) => traceparent(900 + i, 900 + i);

describe("a replica's fault", () => {
  /** Every second request goes through the second replica. */
  const alternating = (n: number, faulty: (i: number) => readonly (readonly [string, string])[]) =>
    requestsOf(nTimes(n, (i) => forwarded(i, i % 2 === 0 ? { frontend: "ingress#1" } : { frontend: "ingress#2", outgoing: faulty(i) })));

  it("is named with its own exchanges where the other replicas prove that it can be done right", () => {
    const { findings } = look({ requests: alternating(8, (i) => [fresh(i)]) });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ cause: "one-backend-of-many", affected: 4, of: 4, edge: { from: "ingress-2", to: "orders" } });
    expect(findings[0]?.culprit?.pod).toBe("ingress-2");
    expect(findings[0]?.message).toContain("ingress-2");
  });

  it("keeps its own cause where that is told by what it did", () => {
    expect(look({ requests: alternating(8, () => []) }).said).toEqual([
      "error stripped: ingress-2 → orders 4/4, ingress-2, proxy-drops-header",
    ]);
  });

  it("is the group's while the others have hardly been tried", () => {
    const { findings } = look({ requests: alternating(4, (i) => [fresh(i)]) });
    expect(findings[0]).toMatchObject({ cause: "restarts-trace", affected: 2, of: 4, edge: { from: "ingress", to: "orders" } });
  });

  it("is the group's where all replicas do it", () => {
    const all = nTimes(8, (i) => forwarded(i, { frontend: i % 2 === 0 ? "ingress#1" : "ingress#2", outgoing: [fresh(i)] }));
    expect(look({ requests: requestsOf(all) }).said).toEqual([expect.stringContaining("split: ingress → orders 8/8")]);
  });

  it("is the group's where so few show it that it passes a replica by", () => {
    const rarely = (every: number) => {
      const all = nTimes(60, (i) => {
        const isFaulty = i % 2 === 1 && i % every === 1;
        return forwarded(i, { frontend: i % 2 === 0 ? "ingress#1" : "ingress#2", ...(isFaulty ? { outgoing: [fresh(i)] } : {}) });
      });
      return look({ requests: requestsOf(all) }).said;
    };
    expect(rarely(20)).toEqual([expect.stringContaining("split: ingress → orders 3/60")]);
    expect(rarely(4)).toEqual([expect.stringContaining("split: ingress-2 → orders 15/30")]);
  });

  it("is told of the receiving replica where the receiver is the culprit", () => {
    const calls = nTimes(8, (i) => checkout(i, { orders: i % 2 === 0 ? "orders#1" : "orders#2" }));
    const spans = calls.flatMap(({ spans: own, outbound }, i) => [
      own.frontend,
      own.call,
      i % 2 === 0 ? own.orders : server(outbound, { trace: 900 + i, id: 900 + i }),
    ]);
    expect(look({ requests: requestsOf(calls), spans }).said).toEqual([
      "error ignored: frontend → orders-2 4/4, orders-2, one-backend-of-many",
    ]);
  });

  it("is not inferred from other routes", () => {
    const byRoute = nTimes(8, (i) =>
      i % 2 === 0
        ? forwarded(i, { frontend: "ingress#1", target: `/users/${i}` })
        : forwarded(i, { frontend: "ingress#2", target: `/orders/${i}`, outgoing: [fresh(i)] }),
    );
    expect(look({ requests: requestsOf(byRoute) }).findings[0]?.cause).toBe("restarts-trace");
  });
});

const workload = (group: string, index: number) =>
  ({ index, name: `${group}-${index}`, group, role: "application", host: `10.0.0.${index}`, pod: `${group}-${index}` }) as Workload;

describe("what was right about an edge", () => {
  it("is not told from requests that came without a context, which had nothing to lose", () => {
    const calls = nTimes(16, (i) =>
      forwarded(i, i < 8 ? { target: "/orders", ...(i % 2 === 0 ? {} : { incoming: [] }), outgoing: [fresh(i)] } : { target: "/users" }),
    );
    const { findings, tally } = look({ requests: requestsOf(calls) });
    expect(findings.map(({ affected }) => affected)).toEqual([4]);
    expect([...tally.edges.values()].find(({ to }) => to.group === "orders")?.controls.carried.total).toBe(8);
  });
});

describe("traces that a service began for requests without a context", () => {
  it("could have been lost, and tell from when on they are not", () => {
    const calls = nTimes(20, (i) => checkout(i, { incoming: [], ...(i < 6 ? { outgoing: [] } : {}) }));
    const spans = calls.flatMap(({ spans: { frontend, call, orders } }, i) => [frontend, call, ...(i < 6 ? [] : [orders])]);
    const { findings } = look({ requests: requestsOf(calls), spans });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/6 of 20 requests to orders, only in their first 6\.0 s/),
    ]);
  });
});

describe("a fault of all that had something to lose", () => {
  it("is told as such, whatever their routes", () => {
    const calls = nTimes(12, (i) =>
      forwarded(i, { target: i < 6 ? `/orders/${i}` : `/users/${i}`, ...(i % 3 === 0 ? { incoming: [] } : {}), outgoing: [fresh(i)] }),
    );
    const [finding] = look({ requests: requestsOf(calls) }).findings;
    expect(finding).toMatchObject({ affected: 8, of: 12 });
    expect(finding?.message).toMatch(/carry another trace id than their cause, all that came with a context$/);
  });

  it("is told of spans that are lost beside requests which are not sampled", () => {
    const flags = (i: number) => (i % 3 === 0 ? "00" : "01");
    const calls = nTimes(12, (i) =>
      checkout(i, { target: i % 2 === 0 ? "/a" : "/b", outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, flags(i))] }),
    );
    const spans = calls.flatMap(({ spans: own }, i) => (i % 3 === 0 ? [] : [own.frontend, own.call]));
    const beside = nTimes(4, (i) => checkout(100 + i, { caller: "stock", frontend: "stock" }));
    const { findings } = look({
      requests: requestsOf([...calls, ...beside]),
      spans: [...spans, ...beside.flatMap(({ spans: own }) => [own.frontend, own.call, own.orders])],
    });
    const lost = findings.find(({ verdict, edge }) => verdict === "unrecorded" && edge?.from === "frontend");
    expect(lost).toMatchObject({ affected: 8, of: 12 });
    expect(lost?.message).toContain(", all that are sampled");
  });

  it("is not where one of them went right", () => {
    const calls = nTimes(12, (i) =>
      forwarded(i, { ...(i % 3 === 0 ? { incoming: [] } : {}), ...(i === 7 ? {} : { outgoing: [fresh(i)] }) }),
    );
    expect(look({ requests: requestsOf(calls) }).findings[0]?.message).not.toContain("all that came");
  });
});

describe("many edges", () => {
  /** How often all edges are gone through while each of `n` gets a finding of its own. */
  const walks = (n: number): number => {
    const tally = new Tally();
    const [frontend, own] = [workload("frontend", 0), fault("stripped", "unknown", "sender", "error", 0.9, "")];
    for (let i = 1; i <= n; i++) {
      const to = workload(`orders${i}`, i);
      const hop = { traceIds: [], protocol: "HTTP/1.1" } as unknown as Hop;
      tally.add(
        { hop, from: frontend, to, faults: [own], outcome: "absent", hasContext: false, isRecorded: false, isDoubtful: false },
        "GET /",
      );
    }
    const values = vi.spyOn(tally.edges, "values");
    expect(populationsOf("stripped", tally, true)).toHaveLength(n);
    return values.mock.calls.length;
  };

  it("are grouped once, not for each finding", () => {
    expect(walks(40)).toBe(walks(20));
  });
});

describe("many replicas", () => {
  it("may have more moments than a call takes arguments", () => {
    const tally = new Tally();
    const [frontend, replicas] = [workload("frontend", 0), 200];
    const own = fault("stripped", "unknown", "sender", "error", 0.9, "");
    for (let i = 1; i <= replicas; i++) {
      const edge = tally.edge(frontend, workload("orders", i), "HTTP/1.1");
      const hop = { traceIds: [], protocol: "HTTP/1.1" } as unknown as Hop;
      const counts = { outcome: "absent", hasContext: false, isRecorded: false, isDoubtful: false } as const;
      const [counted] = tally.add({ hop, from: edge.from, to: edge.to, faults: [own], ...counts }, "GET /");
      const features = {
        route: "GET /",
        cause: "",
        spelling: "",
        protocol: "HTTP/1.1",
        id: "",
        pod: "",
        bodyLength: 0,
        causeHeadLength: 0,
        causeBodyLength: 0,
        headLength: 0,
      };
      counted!.features.add({ ...features, at: NOON }, 1);
      for (let k = 1; k <= MAX_FEATURE_BUCKETS; k++) edge.controls.carried.add({ ...features, at: NOON + i * 2_000 + k }, 1);
    }
    const [population] = populationsOf("stripped", tally, true);
    expect(population).toMatchObject({ affected: replicas, separated: expect.stringContaining(", only in their first 0.00 s") });
  });
});

describe("counts", () => {
  it("are exchanges of the edge, and of its routes", () => {
    const calls = nTimes(10, (i) => forwarded(i, i < 3 ? { outgoing: [], target: `/orders/${i}` } : { target: `/users/${i}` }));
    const { findings } = look({ requests: requestsOf(calls) });
    expect(findings[0]).toMatchObject({ affected: 3, of: 10, traceCount: 3 });
    expect(findings[0]?.routes).toEqual([{ route: "GET /orders/*", affected: 3, of: 3 }]);
    expect(findings[0]?.message).toContain("3 of 10");
    expect(findings[0]?.message).toContain("GET /orders/*");
  });

  it("leave other edges of the same sender alone", () => {
    const calls = nTimes(4, (i) => forwarded(i, { outgoing: [], orders: i < 2 ? "orders" : "stock" }));
    const said = look({ requests: requestsOf(calls) }).said;
    expect(said).toHaveLength(2);
    expect(said).toContain("error stripped: ingress → orders 2/2, ingress, proxy-drops-header");
    expect(said).toContain("error stripped: ingress → stock 2/2, ingress, proxy-drops-header");
  });

  it("without an edge are those of the whole capture", () => {
    const requests = requestsOf(nTimes(3, (i) => forwarded(i))).map((r, i) =>
      i === 1 || i === 2 ? { ...r, fields: [], head: "partial" as const } : r,
    );
    expect(look({ requests }).findings[0]).toMatchObject({ verdict: "not-observable", edge: undefined, affected: 2, of: 6 });
  });

  it("leave retransmissions of the capture and second sights out", () => {
    const requests = requestsOf(nTimes(3, (i) => forwarded(i, { outgoing: [] }))).map((r) => ({ ...r, seenFrom: [0, 1, 2] }));
    expect(look({ requests }).findings[0]).toMatchObject({ affected: 3, of: 3 });
  });
});

describe("severity", () => {
  const shouting = (i: number) => ["traceparent", traceparent(i + 1, (i + 1) * 16)[1].toUpperCase()] as const;

  it("is an error for a fault among the capture's services", () => {
    const calls = nTimes(3, (i) => checkout(i, { outgoing: [shouting(i)] }));
    expect(look({ requests: requestsOf(calls) }).findings.map((f) => f.severity)).toEqual(["error"]);
  });

  it("is a warning for what an outside caller did", () => {
    const requests = nTimes(3, (i) => request("client → frontend", { at: i * 1_000, fields: [shouting(i)] }));
    expect(look({ requests }).findings.map((f) => f.severity)).toEqual(["warning"]);
  });

  it("is an error where the caller is a server here, too", () => {
    const requests = [
      ...nTimes(3, (i) => request("stock → orders", { at: i * 1_000, fields: [shouting(i)] })),
      request("client → stock", { at: 9_000, fields: [traceparent(99, 99)] }),
    ];
    expect(look({ requests }).findings.map((f) => f.severity)).toEqual(["error"]);
  });

  it("is the gravest of what was counted together", () => {
    const calls = nTimes(4, (i) => {
      const span = (i + 1) * 16;
      const flags = i < 2 ? (["01", "00"] as const) : (["00", "01"] as const);
      return forwarded(i, { incoming: [traceparent(i + 1, span, flags[0])], outgoing: [traceparent(i + 1, span, flags[1])] });
    });
    expect(look({ requests: requestsOf(calls) }).findings[0]).toMatchObject({ severity: "error", affected: 4 });
  });

  it("puts errors before warnings before notes", () => {
    const { findings } = look({
      requests: [
        ...requestsOf(nTimes(2, (i) => forwarded(i, { outgoing: [] }))),
        request("client → frontend", { at: 20_000, fields: [shouting(20)] }),
        request("client → stock", { at: 21_000, head: "partial" }),
      ],
    });
    expect(findings.map((f) => f.severity)).toEqual(["error", "warning", "note"]);
  });
});

describe("findings", () => {
  it("name the exchanges that they count, and no others", () => {
    const { findingsOf, view, findings } = look({ requests: requestsOf([forwarded(0, { outgoing: [] }), forwarded(1)]) });
    expect(findings).toHaveLength(1);
    const counted = [...findingsOf.keys()].map((index) => view.table.all()[index]!);
    expect(counted.map((hop) => hop.reading.fields.length)).toEqual([0]);
    expect([...findingsOf].map(([, own]) => own)).toEqual([[0]]);
  });

  it("prove every error and warning with a packet of the cause and one of the fault", () => {
    const { findings } = look({ requests: requestsOf(nTimes(2, (i) => forwarded(i, { outgoing: [] }))) });
    expect(findings[0]?.exemplars.length).toBeGreaterThan(0);
    for (const { judgement, fault } of findings[0]!.exemplars) {
      expect(judgement.hop.exchange.request?.packet.number).toBeGreaterThan(0);
      expect(fault.parent?.exchange.request?.packet.number).toBeGreaterThan(0);
    }
  });

  it("say the same whatever the order of the exchanges", () => {
    const requests = requestsOf(nTimes(6, (i) => forwarded(i, i % 3 === 0 ? { outgoing: [] } : {})));
    expect(look({ requests: [...requests].reverse() }).said).toEqual(look({ requests }).said);
  });
});

describe("affectedClause", () => {
  const clause = (routes: readonly (readonly [string, number, number])[], affected: number, of: number) =>
    affectedClause({ verdict: "stripped", routes: routes.map(([route, some, all]) => ({ route, affected: some, of: all })), affected, of });

  it.each([
    ["all exchanges are affected: the route says nothing", [["GET /a", 4, 4]], 4, 4, ""],
    ["one route, all of it", [["GET /a", 4, 4]], 4, 9, ", all of them GET /a"],
    ["one route, some of it", [["GET /a", 4, 6]], 4, 9, ", all of them GET /a (4 of 6 there)"],
    [
      "two routes",
      [
        ["GET /a", 3, 3],
        ["GET /b", 1, 6],
      ],
      4,
      9,
      ": GET /a 3 of 3, GET /b 1 of 6",
    ],
    [
      "many routes: no list",
      [
        ["GET /a", 1, 1],
        ["GET /b", 1, 1],
        ["GET /c", 1, 1],
        ["GET /d", 1, 1],
      ],
      4,
      9,
      "",
    ],
    ["none known", [], 4, 9, ""],
  ] as const)("%s", (_, routes, affected, of, text) => {
    expect(clause(routes, affected, of)).toBe(text);
  });
});
