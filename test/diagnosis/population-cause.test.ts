import { describe, expect, it } from "vitest";
import type { SpanExport } from "../../src/protocols/observation.ts";
import { exported } from "./build-traffic.ts";
import { client, look, server, traceparent } from "./build-view.ts";
import { checkout, forwarded, nTimes, requestsOf } from "./cases/case.ts";

/** frontend starts late, orders leaves out a route, and its calls for that route are recorded by nobody. */
function manyFaults(n: number, late: number) {
  const calls = nTimes(n, (i) => checkout(i, { ...(i < late && { outgoing: [] }), target: i % 4 === 0 ? "/search" : `/stock/${i}` }));
  const spans = calls.flatMap(({ spans: own, outbound }, i) => {
    const isLeftOut = i % 4 === 0;
    if (i < late) return isLeftOut ? [] : [server(outbound, { trace: 900 + i, id: 9_000 + i })];
    return isLeftOut ? [own.frontend, own.call] : [own.frontend, own.call, own.orders];
  });
  return { requests: requestsOf(calls), spans };
}

describe("several faults at once", () => {
  it("are told apart, each with its own cause and its own words", () => {
    const { said, findings } = look(manyFaults(200, 24));
    expect(said).toEqual([
      "error unrecorded: frontend → orders 50/200, orders, middleware-missing",
      "error stripped: frontend → orders 24/200, frontend, started-before-instrumentation",
      "error unrecorded: client → frontend 24/200, frontend, started-before-instrumentation",
    ]);
    expect(findings[0]?.message).toContain("all of them GET /search");
    expect(findings[1]?.message).toMatch(/only in their first 2\d s/);
    expect(findings[1]?.group).toBe(findings[2]?.group);
  });

  it("a sender's few early calls on one edge are explained by its other edges", () => {
    const calls = nTimes(30, (i) => {
      const made = checkout(i, {
        ...(i < 12 && { outgoing: [] }),
        ...(i === 0 && { orders: "stock" }),
        ...(i === 20 && { orders: "stock" }),
      });
      return made;
    });
    const spans = calls.flatMap(({ spans: own, outbound }, i) =>
      i < 12 ? [server(outbound, { trace: 900 + i, id: 9_000 + i })] : [own.frontend, own.call, own.orders],
    );
    const stripped = look({ requests: requestsOf(calls), spans }).findings.filter(({ verdict }) => verdict === "stripped");
    expect(stripped.map(({ edge, cause }) => [edge?.to, cause])).toEqual([
      ["stock", "started-before-instrumentation"],
      ["orders", "started-before-instrumentation"],
    ]);
  });
});

describe("a moment", () => {
  it("is no cause where a proxy drops fields before it: its configuration was changed", () => {
    const calls = nTimes(20, (i) => forwarded(i, i < 8 ? { outgoing: [] } : {}));
    const { findings } = look({ requests: requestsOf(calls) });
    expect(findings[0]).toMatchObject({ verdict: "stripped", cause: "proxy-drops-header" });
    expect(findings[0]?.message).toMatch(/only in their first \d/);
  });

  it("after which all are affected is no late start", () => {
    const calls = nTimes(20, (i) => checkout(i, i < 12 ? {} : { outgoing: [] }));
    const spans = calls.flatMap(({ spans: own, outbound }, i) =>
      i < 12 ? [own.frontend, own.call, own.orders] : [own.frontend, server(outbound, { trace: 900 + i, id: 9_000 + i })],
    );
    const { findings } = look({ requests: requestsOf(calls), spans });
    expect(findings[0]).toMatchObject({ verdict: "stripped", cause: "client-does-not-inject" });
    expect(findings[0]?.message).toMatch(/only after their first \d/);
  });

  it("before which calls go out bare that have CLIENT spans is no late start: the spans show how those were made", () => {
    const calls = nTimes(20, (i) => checkout(i, i < 8 ? { outgoing: [] } : {}));
    const bySpans = (has: (kind: string) => boolean) => {
      const spans = calls.flatMap(({ spans: own, outbound }, i) =>
        i < 8
          ? [own.frontend, own.call, server(outbound, { trace: 900 + i, id: 9_000 + i })].filter(({ kind }) => has(kind))
          : [own.frontend, own.call, own.orders],
      );
      return look({ requests: requestsOf(calls), spans }).said;
    };
    expect(bySpans(() => true)).toEqual(["error stripped: frontend → orders 8/20, frontend, transport-does-not-inject"]);
    expect(bySpans((kind) => kind !== "client")).toEqual([
      "error stripped: frontend → orders 8/20, frontend, started-before-instrumentation",
    ]);
  });

  it("is not seen in what is scattered over time", () => {
    const calls = nTimes(20, (i) => checkout(i, i % 3 === 0 ? { outgoing: [] } : {}));
    const spans = calls.flatMap(({ spans: own, outbound }, i) =>
      i % 3 === 0 ? [own.frontend, server(outbound, { trace: 900 + i, id: 9_000 + i })] : [own.frontend, own.call, own.orders],
    );
    expect(look({ requests: requestsOf(calls), spans }).said).toEqual([
      "error stripped: frontend → orders 7/20, frontend, client-does-not-inject",
    ]);
  });
});

describe("calls whose CLIENT span is a root", () => {
  /** Two requests overlap each time: one of /pay, which nothing serves, and one of /checkout. */
  const pairs = nTimes(8, (i) => {
    const paid = checkout(i * 2, { outgoing: [traceparent(900 + i, 900 + i)], target: "/pay" });
    const other = checkout(i * 2 + 1);
    const early = (at: number) => ({ at: i * 4_000 + at, until: i * 4_000 + at + 100 });
    return {
      paid: { ...paid, inbound: { ...paid.inbound, ...early(0), target: "/pay" }, outbound: { ...paid.outbound, ...early(20) } },
      other: { ...other, inbound: { ...other.inbound, ...early(5) }, outbound: { ...other.outbound, ...early(30) } },
    };
  });
  const requests = requestsOf(pairs.flatMap(({ paid, other }) => [paid, other]));
  const spans = pairs.flatMap(({ paid, other }, i) => [
    client(paid.outbound, { trace: 900 + i, id: 900 + i }),
    server(paid.outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
    server(other.inbound, { trace: other.ids.trace, id: other.ids.frontend, parent: other.ids.caller }),
    client(other.outbound, { trace: other.ids.trace, id: other.ids.call, parent: other.ids.frontend }),
    server(other.outbound, { trace: other.ids.trace, id: other.ids.orders, parent: other.ids.call }),
  ]);

  it("were caused by requests that nothing served", () => {
    expect(look({ requests, spans }).said).toEqual([
      "error split: frontend → orders 8/16, frontend, middleware-order",
      "error unrecorded: client → frontend 8/16, frontend, middleware-order",
    ]);
  });

  it("are a goroutine's where every request was served", () => {
    const served = pairs.map(({ paid }) => server(paid.inbound, { trace: paid.ids.trace, id: paid.ids.frontend, parent: paid.ids.caller }));
    expect(look({ requests, spans: [...spans, ...served] }).said).toEqual([
      "error split: frontend → orders 8/16, frontend, goroutine-without-context",
    ]);
  });
});

describe("a route of which the backend has no span", () => {
  const calls = nTimes(40, (i) => checkout(i, i % 4 === 0 ? { target: "/search" } : {}));
  const spans = calls.flatMap(({ spans: own }, i) => [own.frontend, own.call, ...(i % 4 === 0 ? [] : [own.orders])]);
  const ofRoute = calls.filter((_, i) => i % 4 === 0).map(({ spans: own }) => own.orders);
  const said = (exports: readonly SpanExport[]) => look({ requests: requestsOf(calls), spans, traffic: { exports } }).said;

  it("has its middleware where an export that was accepted carried them", () => {
    expect(said([])).toEqual(["error unrecorded: frontend → orders 10/40, orders, middleware-missing"]);
    expect(said([exported("orders", ofRoute, { at: 60_000 })])).toEqual(["error unrecorded: frontend → orders 10/40, orders, unknown"]);
  });
});
