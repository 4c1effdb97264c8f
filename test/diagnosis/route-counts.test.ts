import { describe, expect, it } from "vitest";
import { RouteCounts } from "../../src/diagnosis/exporters/route-counts.ts";
import type { Span } from "../../src/spans/span.ts";
import { id, look, type Request, request, server, times, trace, traceparent } from "./build-view.ts";

/** Requests to one route of which none is recorded, beside `recorded` of twenty to another. */
function isLeftOut(recorded: number, bare = 3): boolean {
  const asked = (n: number, from: number, target: string) =>
    times(n, (i) => [request("client → orders", { at: 200 * (from + i), target, fields: [traceparent(from + i + 1, 16)] })]);
  const others = asked(20, 0, "/stock");
  const requests = [...others, ...asked(bare, 20, "/bare")];
  const spans = others.slice(0, recorded).map((of, i) => server(of, { trace: i + 1, id: 100 + i, parent: 16, service: "orders" }));
  const { view } = look({ requests, spans });
  const hop = view.table.all().at(-1)!;
  return new RouteCounts(view).isLeftOut(hop, view.naming.receiverOf(hop.index));
}

it("tells a route that is left out where nearly all of the others' requests are recorded", () => {
  expect(isLeftOut(20)).toBe(true);
  expect(isLeftOut(18)).toBe(true);
  expect(isLeftOut(17)).toBe(false);
});

it("tells nothing of one or two requests", () => {
  expect(isLeftOut(20, 2)).toBe(false);
});

/** Of the last request. */
function ask<T>(requests: readonly Request[], spans: readonly Span[], question: "isLeftOut" | "isUnserved" | "ownTraceOf") {
  const { view } = look({ requests, spans });
  const hop = view.table.all().at(-1)!;
  return new RouteCounts(view)[question](hop, view.naming.receiverOf(hop.index)) as T;
}

describe("a route that is left out", () => {
  const others = (fields: (i: number) => Request["fields"]) =>
    times(40, (i) => [
      request("client → orders", { at: 200 * i, target: "/stock", fields: i % 2 === 0 ? [traceparent(i + 1, 16)] : fields(i) }),
    ]);
  const bare = times(3, (i) => [request("client → orders", { at: 9_000 + 200 * i, target: "/bare", fields: [traceparent(100 + i, 16)] })]);
  const recorded = times(20, (i) => [
    server(request("client → orders", { at: 400 * i, target: "/stock" }), { trace: 2 * i + 1, id: 100 + i, parent: 16 }),
  ]);
  const b3 = (i: number, sampled: 0 | 1) => ["b3", `${trace(i + 300)}-${id(16)}-${sampled}`] as const;

  it.each<[string, boolean, (i: number) => Request["fields"]]>([
    ["says nothing where it is not sampled", true, (i) => [traceparent(i + 1, 16, "00")]],
    ["says nothing where none of its contexts is sampled", true, (i) => [traceparent(i + 1, 16, "00"), b3(i, 0)]],
    ["counts where one of its contexts is sampled", false, (i) => [traceparent(i + 1, 16, "00"), b3(i, 1)]],
    ["counts where it carries nothing", false, () => []],
  ])("is told by the others' requests, of which every second %s", (_, isLeftOut, fields) => {
    expect(ask([...others(fields), ...bare], recorded, "isLeftOut")).toBe(isLeftOut);
  });
});

describe("a route that nobody serves", () => {
  const asked = (statuses: readonly number[]) =>
    statuses.map((status, i) =>
      request("client → orders", { at: 200 * i, target: `/gone/${i}`, status, fields: [traceparent(i + 1, 16)] }),
    );

  it("is one whose requests were all answered with 404, and none recorded", () => {
    expect(ask(asked([404, 404, 404]), [], "isUnserved")).toBe(true);
    expect(ask(asked([404, 200, 404]), [], "isUnserved")).toBe(false);
    expect(ask(asked([404, 500]), [], "isUnserved")).toBe(false);
    const requests = asked([404, 404, 404]);
    expect(ask(requests, [server(requests[0]!, { trace: 1, id: 9, parent: 16 })], "isUnserved")).toBe(false);
  });
});

describe("a trace of its own", () => {
  /** What became of a recorded request: its span joined the trace, began another, or began another with a link; `bare` had none to join. */
  type Fate = "joined" | "ignored" | "linked" | "bare";

  function ownTrace(fates: Partial<Record<string, Partial<Record<Fate, number>>>>, of = "/own") {
    const made = Object.entries(fates).flatMap(([target, counts]) =>
      Object.entries(counts ?? {}).flatMap(([fate, n]) => times(n, () => [{ target, fate }])),
    );
    const requests = [...made, { target: of, fate: "lost" }].map(({ target, fate }, i) =>
      request("client → orders", { at: 200 * i, target, fields: fate === "bare" ? [] : [traceparent(i + 1, 16)] }),
    );
    const spans = made.map(({ fate }, i) => {
      const isJoined = fate === "joined";
      const links = fate === "linked" ? [{ trace: i + 1, id: 16 }] : [];
      return server(requests[i]!, { trace: isJoined ? i + 1 : 500 + i, id: 200 + i, parent: isJoined ? 16 : undefined, links });
    });
    return ask(requests, spans, "ownTraceOf");
  }

  it.each<[string | undefined, Partial<Record<Fate, number>>]>([
    ["ignored", { ignored: 3 }],
    ["ignored", { ignored: 9, joined: 1 }],
    [undefined, { ignored: 8, joined: 1 }],
    [undefined, { ignored: 2 }],
    ["linked", { linked: 3 }],
    ["linked", { linked: 9, ignored: 1 }],
    ["ignored", { linked: 8, ignored: 1 }],
    ["linked", { linked: 3, bare: 6 }],
    [undefined, { bare: 6 }],
    [undefined, { joined: 6 }],
  ])("is %s where of the route are %j", (what, counts) => {
    expect(ownTrace({ "/own": counts })).toBe(what);
  });

  it("is begun as for all of the receiver's routes where too few of its own have a span", () => {
    expect(ownTrace({ "/other": { ignored: 6 } })).toBe("ignored");
    expect(ownTrace({ "/other": { linked: 6 } })).toBe("linked");
    expect(ownTrace({ "/other": { ignored: 6 }, "/own": { joined: 2 } })).toBeUndefined();
    expect(ownTrace({ "/other": { ignored: 18 }, "/own": { joined: 2 } })).toBe("ignored");
    expect(ownTrace({ "/other": { ignored: 27 }, "/own": { joined: 3 } })).toBeUndefined();
  });
});
