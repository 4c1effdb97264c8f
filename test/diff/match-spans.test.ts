import { describe, expect, it, vi } from "vitest";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { spanRpcPath } from "../../src/spans/http-span.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, id, look, request, server, trace, traceparent } from "../diagnosis/build-view.ts";

/** As otelgrpc writes it: no HTTP attributes, no peer. */
function asCall(span: Span, attributes: Span["attributes"]): Span {
  return { ...span, name: "shop.Pricing/GetPrice", attributes };
}

const whole = { "rpc.system.name": "grpc", "rpc.method": "shop.Pricing/GetPrice" };
const inParts = { "rpc.system": "grpc", "rpc.service": "shop.Pricing", "rpc.method": "GetPrice" };
const call = request("frontend → orders", { method: "POST", target: "/shop.Pricing/GetPrice", fields: [traceparent(1, 2)] });

describe("spans of gRPC calls", () => {
  it("name the path of their call", () => {
    const span = server(call, {});
    expect(spanRpcPath(asCall(span, whole))).toBe("/shop.Pricing/GetPrice");
    expect(spanRpcPath(asCall(span, inParts))).toBe("/shop.Pricing/GetPrice");
    expect(spanRpcPath(asCall(span, { "rpc.method": "GetPrice" }))).toBeUndefined();
    expect(spanRpcPath(span)).toBeUndefined();
  });

  it.each([
    ["today", whole],
    ["before", inParts],
  ])("are found by time and call where no id joins them (as written %s)", (_, attributes) => {
    const bare = { ...call, fields: [] };
    const spans = [asCall(server(bare, { trace: 7, id: 7 }), attributes), asCall(client(bare, { trace: 1, id: 2 }), attributes)];
    const { view } = look({ requests: [bare], spans });
    expect(view.diff.matches.get(0)).toMatchObject({
      server: spans[0],
      serverBy: "time and name",
      client: spans[1],
      clientBy: "time and name",
    });
  });

  it("are not guessed where the capture hides fields of the request", () => {
    const hidden = { ...call, fields: [], head: "partial" as const };
    const { view } = look({ requests: [hidden], spans: [asCall(server(hidden, { trace: 7, id: 7 }), whole)] });
    expect(view.diff.matches.get(0)?.server).toBeUndefined();
  });
});

describe("SERVER spans without ids on the wire", () => {
  /** Two equal requests side by side, and spans that name the client's address and port, as Python's instrumentations do; by their starts they would change places. */
  const byClient = (port?: number) => {
    const asked = [0, 8].map((at) => request("frontend → orders", { at, until: at + 60, target: "/stock" }));
    const made = asked.map((of, i) => server({ ...of, at: 8 - of.at, until: 68 - of.at }, { trace: 70 + i, id: 70 + i }));
    const spans = asked.map((of, i) => {
      const { "network.peer.port": _port, "network.peer.address": _peer, ...attributes } = made[i]!.attributes;
      const own = server(of, {}).attributes;
      const client = { "client.address": own["network.peer.address"]!, "client.port": port ?? own["network.peer.port"]! };
      return { ...made[i]!, attributes: { ...attributes, ...client } };
    });
    const { matches } = look({ requests: asked, spans }).view.diff;
    return [0, 1].map((hop) => [matches.get(hop)?.server?.spanId, matches.get(hop)?.serverBy]);
  };

  it("are those of the connection that their client's address and port name", () => {
    expect(byClient()).toEqual([
      [id(70), "peer port"],
      [id(71), "peer port"],
    ]);
  });

  it("are found by time where these name no connection, as behind a proxy", () => {
    expect(byClient(9)).toEqual([
      [id(71), "time and name"],
      [id(70), "time and name"],
    ]);
  });

  it("are found by their route where they tell no path, beside others that do", () => {
    const asked = ["/stock/7", "/cart"].map((target, i) => request("frontend → orders", { at: 1_000 * i, target }));
    const [byRoute, byPath] = asked.map((of, i) => server(of, { trace: 70 + i, id: 70 + i }));
    const { "url.path": _path, "network.peer.port": _port, "network.peer.address": _peer, ...told } = byRoute!.attributes;
    const { "network.peer.port": _p, "network.peer.address": _a, ...attributes } = byPath!.attributes;
    const spans = [
      { ...byRoute!, attributes: { ...told, "http.route": "/stock/{id}" } },
      { ...byPath!, attributes },
    ];
    const { view } = look({ requests: asked, spans });
    expect([0, 1].map((hop) => view.diff.matches.get(hop)?.serverBy)).toEqual(["time and name", "time and name"]);
  });
});

describe("spans of a trace whose id was cut between the capture and the service", () => {
  const whole64 = "0123456789abcdef";
  const short = trace(1).slice(16).padStart(32, "0");
  const calls = [0, 1, 2].map((i) =>
    request("frontend → orders", {
      at: 1_000 * i,
      fields: [["traceparent", `00-${whole64}${trace(1).slice(16)}-${id(i + 1)}-01`]],
    }),
  );
  const cut = calls.map((of, i) => ({ ...server(of, { id: 50 + i, parent: i + 1 }), traceId: short }));
  const sent = calls.map((of, i) => ({ ...client(of, { id: i + 1 }), traceId: `${whole64}${trace(1).slice(16)}` }));

  it("are those of their exchanges, and no span is called missing", () => {
    const { said, view } = look({ requests: calls, spans: [...sent, ...cut] });
    expect([0, 1, 2].map((hop) => view.diff.matches.get(hop)?.server?.spanId)).toEqual(cut.map(({ spanId }) => spanId));
    expect(said).toEqual(["error ignored: frontend → orders 3/3, orders, trace-id-shortened"]);
  });

  it("are not looked for where the backend holds every trace under the short id", () => {
    const { view } = look({ requests: calls, spans: cut.map((span) => ({ ...span, attributes: {} })) });
    expect([...view.diff.matches.values()].map(({ serverBy }) => serverBy)).not.toContain("span id");
  });
});

describe("spans that nothing but time joins to their exchange", () => {
  it("leave an exchange to the nearer one, when their own was not captured", () => {
    const seen = request("frontend → orders", { at: 10, until: 20 });
    const [own, lost] = [server(seen, { trace: 7, id: 7 }), server(seen, { trace: 8, id: 8 })];
    const earlier = { ...lost, startedAt: lost.startedAt - 8_000, endedAt: lost.endedAt - 8_000 };
    const sure = request("client → orders", { at: 500, fields: [traceparent(1, 1)] });
    const { view } = look({ requests: [seen, sure], spans: [earlier, own, server(sure, { trace: 1, id: 2, parent: 1 })] });
    expect(view.diff.matches.get(0)?.server?.spanId).toBe(own.spanId);
  });

  it("are of the exchange that ended with them, and of the one that was answered alike", () => {
    const sure = request("client → orders", { at: 500, fields: [traceparent(1, 1)] });
    const matched = (calls: readonly ReturnType<typeof request>[], attributes: readonly Span["attributes"][]) => {
      const spans = calls.map((call, i) => server(call, { trace: 7 + i, id: 7 + i }));
      const made = spans.map((span, i) => ({ ...span, attributes: { ...withoutPort(span.attributes), ...attributes[i] } }));
      // Each begins as the other did.
      const crossed = made.map((span, i) => ({ ...span, startedAt: made[1 - i]!.startedAt }));
      const { diff } = look({ requests: [...calls, sure], spans: [...crossed, server(sure, { trace: 1, id: 2, parent: 1 })] }).view;
      return [0, 1].map((hop) => diff.matches.get(hop)?.server?.traceId);
    };
    const inOrder = [trace(7), trace(8)];
    const short = request("frontend → orders", { at: 10, until: 30 });
    expect(matched([short, { ...short, at: 12, until: 70 }], [{}, {}])).toEqual(inOrder);
    const refused = { ...short, at: 12, until: 30, status: 503 };
    const statuses = [200, 503].map((status) => ({ "http.response.status_code": status }));
    expect(matched([short, refused], statuses)).toEqual(inOrder);
    expect(matched([short, { ...refused, status: 200 }], [{}, {}])).toEqual(inOrder.toReversed());
  });

  it("are looked for where the captures' clock puts them, also of a service that no id aligns", () => {
    const late = 30_000;
    const sure = request("client → frontend", { at: 0, fields: [traceparent(1, 1)] });
    const calls = [0, 1, 2].map((i) => request("frontend → orders", { at: 100 + i * 30, until: 110 + i * 30 }));
    const spans = [
      server(sure, { trace: 1, id: 2, parent: 1 }),
      ...calls.map((call, i) => server(call, { trace: 50 + i, id: 50 + i })),
    ].map(({ attributes, ...span }) => ({
      ...span,
      attributes: withoutPort(attributes),
      startedAt: span.startedAt + late,
      endedAt: span.endedAt + late,
    }));
    const { view } = look({ requests: [sure, ...calls], spans });
    expect([1, 2, 3].map((hop) => view.diff.matches.get(hop)?.server?.traceId)).toEqual(spans.slice(1).map(({ traceId }) => traceId));
  });

  it("belong to a second listener of the service's machine, where no other service is known to be", () => {
    const known = request("client → frontend", { fields: [traceparent(1, 1)] });
    const [second, other] = ["frontend:81", "frontend:82"].map((to, i) => request(`client → ${to}`, { at: 500 + i * 500, target: "/pay" }));
    const neighbour = request("client → frontend:82", { at: 2_000, fields: [traceparent(2, 1)] });
    const spans = [
      server(known, { trace: 1, id: 2, parent: 1 }),
      server(second!, { trace: 7, id: 7, service: "frontend" }),
      server(other!, { trace: 8, id: 8, service: "frontend" }),
      server(neighbour, { trace: 2, id: 9, parent: 1, service: "stock" }),
    ].map(({ attributes, ...span }) => ({ ...span, attributes: withoutPort(attributes) }));
    const { view } = look({ requests: [known, second!, other!, neighbour], spans });
    expect([1, 2].map((hop) => view.diff.matches.get(hop)?.server?.traceId)).toEqual([spans[1]?.traceId, undefined]);
  });

  it("are not the sender's where the wire says that it was not sampled", () => {
    const sent = request("frontend → orders", { at: 10, until: 20, fields: [traceparent(1, 2, "00")] });
    const { view } = look({ requests: [sent], spans: [client(sent, { trace: 9, id: 9 })] });
    expect(view.diff.matches.get(0)?.client).toBeUndefined();
  });

  it("place a service on a machine only where they explain what it sent", () => {
    const polls = [0, 1, 2, 3].map((i) => request("frontend → orders", { at: i * 10_000, method: "POST", target: "/log" }));
    const matched = (explained: number) => {
      const spans = polls.slice(0, explained).map((poll, i) => client(poll, { trace: 9 + i, id: 9 + i, service: "elsewhere" }));
      const { view } = look({ requests: polls, spans });
      return polls.filter((_, hop) => view.diff.matches.get(hop)?.client !== undefined).length;
    };
    expect(matched(4)).toBe(4);
    expect(matched(2)).toBe(0);
  });

  it("are not the sender's where the context names another of its spans (a proxy that injects its SERVER span's id)", () => {
    const came = request("client → frontend", { fields: [traceparent(1, 1)] });
    const sent = request("frontend → orders", { at: 10, until: 20, fields: [traceparent(1, 2)] });
    const spans = [server(came, { trace: 1, id: 2, parent: 1 }), client(sent, { trace: 9, id: 9 })];
    const { view } = look({ requests: [came, sent], spans });
    expect(view.diff.matches.get(1)?.client).toBeUndefined();
  });
});

function withoutPort({ "network.peer.port": _, ...attributes }: Span["attributes"]): Span["attributes"] {
  return attributes;
}

describe("a context whose trace id was shortened on the way out", () => {
  const sent = [1, 2].map((n) =>
    request("frontend → orders", {
      at: n,
      until: n + 50,
      fields: [
        ["x-b3-traceid", trace(n).slice(16)],
        ["x-b3-spanid", id(n)],
      ],
    }),
  );
  // Of the other exchange at nearly the same time: times alone would join them the wrong way round.
  const spans = [1, 2].map((n) => ({ ...client(sent[2 - n]!, { trace: n, id: n }) }));

  it("still names the CLIENT span that it came from", () => {
    const { view } = look({ requests: sent, spans });
    expect([0, 1].map((hop) => view.diff.matches.get(hop)?.client?.spanId)).toEqual([id(1), id(2)]);
    expect(view.diff.matches.get(0)?.clientBy).toBe("span id");
  });

  it("names none where two spans have both in common", () => {
    const twice = spans.map((span) => ({ ...span, spanId: id(1), traceId: `${span === spans[0] ? "a" : "b"}${trace(1).slice(1)}` }));
    const { view } = look({ requests: [sent[0]!], spans: twice });
    expect(view.diff.matches.get(0)?.clientBy).not.toBe("span id");
  });
});

describe("spans that name their connection", () => {
  /** Requests that are looked at while the spans of one connection with `n` of them are placed. */
  const looksAt = (n: number): number => {
    // One sender's requests at these times have one port.
    const requests = Array.from({ length: n }, (_, i) => request("frontend → orders", { at: i * 20_000, until: i * 20_000 + 10 }));
    const spans = requests.map((sent, i) => server(sent, { trace: i + 1, id: i + 1 }));
    const observed = vi.spyOn(ExchangeTable.prototype, "observed");
    try {
      const { matches } = look({ requests, spans }).view.diff;
      expect(requests.map((_, hop) => matches.get(hop)?.serverBy)).toEqual(requests.map(() => "peer port"));
      expect(matches.get(n - 1)?.server).toBe(spans[n - 1]);
      return observed.mock.calls.length;
    } finally {
      observed.mockRestore();
    }
  };

  it("are compared with what was open at the time, however many requests it carried", () => {
    expect(looksAt(400) / looksAt(200)).toBeLessThan(2.2);
  });
});

/** As instrumentations write it that do not tell the connection. */
const withoutPeer = ({ attributes, ...span }: Span): Span => ({
  ...span,
  attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith("network.peer"))),
});

describe("a SERVER span of a context that several exchanges carry", () => {
  const fields = [traceparent(1, 2)];
  const asked = request("frontend → orders", { target: "/labels/1", fields });
  const prices = request("orders → stock", { at: 10, until: 40, target: "/prices/1", fields });
  const offers = request("orders → ingress", { at: 15, until: 60, target: "/offers/1", fields });

  it("is of the exchange that asked for what it served, not of the application that copied the context", () => {
    const spans = [
      withoutPeer(server(prices, { trace: 1, id: 3, parent: 2 })),
      withoutPeer(server(offers, { trace: 1, id: 4, parent: 2 })),
    ];
    const { matches } = look({ requests: [asked, prices, offers], spans }).view.diff;
    expect(matches.get(0)?.server).toBeUndefined();
    expect(matches.get(1)?.server).toBe(spans[0]);
    expect(matches.get(2)?.server).toBe(spans[1]);
  });

  it("is nobody's where only that one is seen, but of who a proxy hands a path to without its prefix", () => {
    const elsewhere = withoutPeer(server(prices, { trace: 1, id: 3, parent: 2 }));
    expect(look({ requests: [asked], spans: [elsewhere] }).view.diff.matches.get(0)?.server).toBeUndefined();
    const behind = withoutPeer(server({ ...asked, target: "/1" }, { trace: 1, id: 3, parent: 2 }));
    expect(look({ requests: [asked], spans: [behind] }).view.diff.matches.get(0)?.server).toBe(behind);
  });
});

describe("a SERVER span that begins a new trace", () => {
  const fields = [traceparent(1, 2)];
  const came = request("ingress → frontend", { target: "/signup", fields });

  it("is of the exchange whose context it links to", () => {
    const span = server({ ...came, at: 900_000 }, { trace: 9, id: 9, links: [{ trace: 1, id: 2 }] });
    expect(look({ requests: [came], spans: [span] }).view.diff.matches.get(0)).toMatchObject({ server: span, serverBy: "span link" });
  });

  it("is of the application, which a proxy asks last", () => {
    const inner = request("ingress → frontend", { at: 2, until: 95, target: "/signup", fields: [] });
    const outer = request("client → ingress", { target: "/signup", fields: [] });
    const span = withoutPeer(server(outer, { trace: 9, id: 9, service: "frontend" }));
    const { matches, hopOf } = look({ requests: [outer, inner], spans: [span] }).view.diff;
    expect(hopOf.get(span)).toBe(1);
    expect(matches.get(0)?.server).toBeUndefined();
  });
});

describe("a CLIENT span of another trace", () => {
  it("is not that of a call that carries a trace, whether that was on the wire before or not", () => {
    const first = request("client → frontend", { at: 0, target: "/a", fields: [traceparent(1, 1)] });
    const call = request("frontend → orders", { at: 20, until: 60, target: "/b", fields: [traceparent(1, 2)] });
    const other = { ...client({ ...call, fields: [] }, { trace: 7, id: 7 }), spanId: id(70) };
    const spans = [server(first, { trace: 1, id: 3, parent: 1 }), other];
    expect(look({ requests: [first, call], spans }).view.diff.matches.get(1)?.client).toBeUndefined();
    expect(look({ requests: [call], spans: [other] }).view.diff.matches.get(0)?.client).toBeUndefined();
    expect(look({ requests: [{ ...call, fields: [] }], spans: [other] }).view.diff.matches.get(0)?.client).toBe(other);
  });
});

describe("a CLIENT span whose context an application copies into its own calls", () => {
  const own = traceparent(1, 2);
  /** frontend asks orders, of which the capture lacks the context, and orders asks stock with a copy of it. */
  const asked = request("frontend → orders", { target: "/orders/1", head: "missing" });
  const copied = (host: string, target = "/stock/1") =>
    request("orders → stock", { at: 10, until: 40, target, fields: [["host", host], own] });
  const spanOf = (target: string | undefined): Span => {
    const made = client({ ...asked, target: "/orders/1" }, { trace: 1, id: 2 });
    return { ...made, attributes: { ...made.attributes, ...(target !== undefined && { "server.address": target }) } };
  };
  const matched = (target: string | undefined, copy: ReturnType<typeof copied>) => {
    const { table, diff } = look({ requests: [asked, copy], spans: [spanOf(target)] }).view;
    return diff.matches.get(table.all().find(({ path }) => path === copy.target)!.index)?.client;
  };

  it("is not of those calls, which ask somebody else for something else", () => {
    expect(matched("orders", copied("stock:8080"))).toBeUndefined();
  });

  it.each([
    ["it is the same name in a domain", "stock", copied("stock.shop.svc")],
    ["it asks for the same", "orders", copied("stock", "/orders/1")],
    ["a prefix was put before the path", "orders", copied("stock", "/api/orders/1")],
    ["nobody says whom it asks", undefined, copied("stock")],
  ])("may be of a call with its context where %s", (_, target, copy) => {
    expect(matched(target, copy)).toBeDefined();
  });
});
