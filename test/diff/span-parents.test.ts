import { describe, expect, it } from "vitest";
import { client, id, internal, look, type Request, request, server, traceparent } from "../diagnosis/build-view.ts";

/** frontend answers, and a worker of it asks orders later, in a trace of its own that links to what `links` says. */
function putOff(links: readonly { readonly trace: number; readonly id: number }[]) {
  const came = request("client → frontend", { until: 50, target: "/jobs", fields: [traceparent(1, 1)] });
  const other = request("client → frontend", { at: 180, until: 400, target: "/state", fields: [traceparent(2, 1)] });
  const call = request("frontend → orders", { at: 200, until: 250, target: "/render", fields: [traceparent(3, 32)] });
  const spans = [
    server(came, { trace: 1, id: 11, parent: 1 }),
    internal(call, { trace: 1, id: 12, parent: 11, service: "frontend" }),
    server(other, { trace: 2, id: 21, parent: 1 }),
    internal(call, { trace: 3, id: 31, service: "frontend", links }),
    client(call, { trace: 3, id: 32, parent: 31 }),
  ];
  return look({ requests: [came, other, call], spans });
}

describe("work that was put off", () => {
  it("has the request as its cause that its trace links to, and nothing is wrong with that", () => {
    const { view, said } = putOff([{ trace: 1, id: 12 }]);
    expect(view.table.hop(2).parent).toEqual({ hop: 0, because: "span link", confidence: 1 });
    expect(said).toEqual([]);
  });

  it("of several requests at once has no one cause", () => {
    const { view } = putOff([
      { trace: 1, id: 12 },
      { trace: 2, id: 21 },
    ]);
    expect(view.table.hop(2).parent?.because).not.toBe("span link");
  });

  it("links to a span that the backend lacks", () => {
    expect(putOff([{ trace: 9, id: 9 }]).view.table.hop(2).parent?.because).not.toBe("span link");
  });
});

/** frontend calls ingress, which makes no spans and copies the context into a call to orders; the capture hides what frontend sent. */
function copied(copy: number, { asked: changed = {} as Partial<Request> } = {}) {
  const came = request("client → frontend", { until: 100, fields: [traceparent(1, 1)] });
  const asked = { ...request("frontend → ingress", { at: 10, until: 90, target: "/pay", head: "partial" }), ...changed };
  const call = request("ingress → orders", { at: 30, until: 70, target: "/orders", fields: [["host", "orders"], traceparent(1, copy)] });
  const sent = client(asked, { trace: 1, id: 3, parent: 2 });
  const spans = [
    server(came, { trace: 1, id: 2, parent: 1 }),
    { ...sent, attributes: { ...sent.attributes, "url.full": "http://ingress/pay" } },
  ];
  return look({ requests: [came, asked, call], spans });
}

describe("a copied context", () => {
  it("leads to the request that it came with, though the capture hides that one's", () => {
    const { view, said } = copied(3);
    expect(view.table.hop(2).parent).toEqual({ hop: 1, because: "forwarded unchanged", confidence: 0.97 });
    expect(said).toEqual(["note not-observable: frontend → ingress 1/1, nobody, capture-cut"]);
  });

  it("leads nowhere where it names another span", () => {
    expect(copied(2).view.table.hop(2).parent).toMatchObject({ hop: 0, because: "span id" });
  });

  it("is left to times where several requests brought it, and the wire shows them", () => {
    const came = request("client → frontend", { until: 200, fields: [traceparent(1, 1)] });
    const fields = [traceparent(1, 3)];
    const asked = [10, 12].map((at) => request("frontend → ingress", { at, until: 150, target: "/pay", fields }));
    const calls = [30, 32].map((at) => request("ingress → orders", { at, until: at + 50, target: `/orders/${at}`, fields }));
    const spans = [server(came, { trace: 1, id: 2, parent: 1 }), client(asked[0]!, { trace: 1, id: 3, parent: 2 })];
    const { view } = look({ requests: [came, ...asked, ...calls], spans });
    expect([...view.table.hop(3).candidates].sort()).toEqual([1, 2]);
    expect(view.table.hop(3).parent?.because).not.toBe("forwarded unchanged");
  });

  it("is of no request that came later, or to somebody else", () => {
    expect(copied(3, { asked: { at: 40 } }).view.table.hop(1).parent?.because).toBe("span id");
    expect(copied(3, { asked: { to: "stock" } }).view.table.hop(2).parent?.because).toBe("span id");
  });
});

describe("a SERVER span that names its CLIENT span", () => {
  /** Two equal requests on one connection, one after the other: times alone would give each the other's CLIENT span. */
  function crossed(path = "/orders", from = "frontend") {
    const came = [0, 1].map((i) =>
      request("client → frontend", { at: i, until: 200, target: `/cart/${i}`, fields: [traceparent(i + 1, 1)] }),
    );
    const asked = [0, 1].map((i) => request(`${from} → orders`, { at: 20 + 40 * i, until: 50 + 40 * i, target: path, head: "partial" }));
    const [first, second] = asked as [Request, Request];
    const sent = (of: Request, options: Parameters<typeof client>[1]) =>
      client({ ...of, target: "/orders" }, { ...options, service: "frontend" });
    const spans = [
      ...came.map((of, i) => server(of, { trace: i + 1, id: 10 + i, parent: 1 })),
      sent({ ...first, until: 91 }, { trace: 1, id: 20, parent: 10 }),
      sent({ ...second, at: 52 }, { trace: 2, id: 21, parent: 11 }),
      server(first, { trace: 2, id: 31, parent: 21 }),
      server(second, { trace: 1, id: 30, parent: 20 }),
    ];
    return look({ requests: [...came, ...asked], spans }).view;
  }

  it("tells which exchange that one is of", () => {
    const view = crossed();
    expect([2, 3].map((hop) => view.diff.matches.get(hop)?.client?.spanId)).toEqual([id(21), id(20)]);
    expect(view.diff.matches.get(2)).toMatchObject({ clientBy: "peer port" });
    expect([2, 3].map((hop) => view.table.hop(hop).parent)).toEqual([1, 0].map((hop) => ({ hop, because: "span id", confidence: 1 })));
  });

  it("tells nothing of what another machine sent on", () => {
    const view = crossed("/orders", "ingress");
    expect([2, 3].map((hop) => view.diff.matches.get(hop)?.clientBy)).not.toContain("peer port");
  });
});
