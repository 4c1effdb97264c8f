import { describe, expect, it } from "vitest";
import { client, look, request, server, times, traceparent } from "../diagnosis/build-view.ts";

/** client → frontend, which asks orders through `proxy`; the context of its CLIENT span goes on as far as `carried` says. */
function through(proxy: string) {
  const requests = times(4, (i) => {
    const [at, trace] = [i * 1_000, i + 1];
    const own = traceparent(trace, 16 * trace + 2);
    return [
      request("client → frontend", { at, until: at + 90, target: "/checkout", fields: [traceparent(trace, 16 * trace)] }),
      request(`frontend → ${proxy}`, { at: at + 20, until: at + 80, target: `/stock/${i}`, fields: [own] }),
      request(`${proxy.split(":")[0]} → orders`, { at: at + 25, until: at + 75, target: `/stock/${i}`, fields: [own] }),
    ];
  });
  const spans = times(4, (i) => {
    const [base, trace] = [16 * (i + 1), i + 1];
    return [
      server(requests[3 * i]!, { trace, id: base + 1, parent: base }),
      client(requests[3 * i + 1]!, { trace, id: base + 2, parent: base + 1 }),
      server(requests[3 * i + 2]!, { trace, id: base + 3, parent: base + 2 }),
    ];
  });
  const { view } = look({ requests, spans });
  return view.naming.workloads.map(({ group, role }) => `${group}, ${role}`);
}

describe("a proxy that sends on what a service asks of others", () => {
  it("is that service's where only its machine asks it", () => {
    expect(through("frontend:15001")).toContain("frontend outgoing proxy, proxy");
  });

  it("is a workload of its own on another machine", () => {
    const workloads = through("ingress");
    expect(workloads.filter((workload) => workload.includes("outgoing"))).toEqual([]);
    expect(workloads.filter((workload) => workload.endsWith("proxy"))).toHaveLength(1);
  });
});

/**
 * client → frontend:8080, a sidecar that makes spans, → frontend:9080, an application without, which asks orders twice through the sidecar's
 * frontend:15001 and copies what came.
 */
function behindSidecar() {
  const requests = times(4, (i) => {
    const [at, own] = [i * 1_000, traceparent(i + 1, 16 * (i + 1) + 1)];
    const fields = [own];
    return [
      request("client → frontend:8080", { at, until: at + 90, target: "/pay", fields: [traceparent(i + 1, 16 * (i + 1))] }),
      request("frontend → frontend:9080", { at: at + 5, until: at + 85, target: "/pay", fields }),
      request("frontend → frontend:15001", { at: at + 10, until: at + 30, target: `/a/${i}`, fields }),
      request("frontend → frontend:15001", { at: at + 15, until: at + 60, target: `/b/${i}`, fields }),
    ];
  });
  const spans = times(4, (i) => {
    const [trace, base] = [i + 1, 16 * (i + 1)];
    const [inbound, , first, second] = requests.slice(4 * i);
    return [
      server(inbound!, { trace, id: base + 1, parent: base, service: "frontend" }),
      server(first!, { trace, id: base + 2, parent: base + 1, service: "frontend" }),
      server(second!, { trace, id: base + 3, parent: base + 1, service: "frontend" }),
    ].map((span) => ({ ...span, attributes: { ...span.attributes, component: "proxy" } }));
  });
  return look({ requests, spans }).view;
}

describe("a sidecar that makes spans for an application without", () => {
  const { naming, table } = behindSidecar();

  it("is a proxy, by what its spans say", () => {
    expect(naming.receiverOf(0)).toMatchObject({ group: "frontend proxy", role: "proxy" });
    expect(naming.receiverOf(2)).toBe(naming.receiverOf(0));
  });

  it("is asked by the application for all that a request causes, though all of it carries one context", () => {
    expect([2, 3].map((hop) => table.hop(hop).parent?.hop)).toEqual([1, 1]);
    expect([2, 3].map((hop) => naming.senderOf(hop))).toEqual([naming.receiverOf(1), naming.receiverOf(1)]);
  });
});

/** From one address, which no names file knows: a service's calls to orders with CLIENT spans, and requests to the service itself, with or without. */
function behindOneAddress(isAskingItself: boolean) {
  const requests = times(4, (i) => [
    request("192.168.0.9 → orders", { at: 1_000 * i, fields: [traceparent(i + 1, 2)] }),
    request("192.168.0.9 → frontend", { at: 1_000 * i + 500, fields: isAskingItself ? [traceparent(i + 1, 5)] : [] }),
  ]);
  const spans = times(4, (i) => {
    const [toOrders, toFrontend] = [requests[2 * i]!, requests[2 * i + 1]!];
    return [
      client(toOrders, { trace: i + 1, id: 2, service: "frontend" }),
      server(toOrders, { trace: i + 1, id: 3, parent: 2 }),
      ...(isAskingItself ? [client(toFrontend, { trace: i + 1, id: 5, service: "frontend" })] : []),
      server(toFrontend, isAskingItself ? { trace: i + 1, id: 6, parent: 5 } : { trace: i + 101, id: 6 }),
    ];
  });
  const { naming } = look({ requests, spans }).view;
  return [0, 1].map((hop) => naming.senderOf(hop).group);
}

describe("an address that stands for several senders", () => {
  it("is a service towards those whom its CLIENT spans call, and nobody towards the service itself", () => {
    expect(behindOneAddress(false)).toEqual(["frontend", "192.168.0.9"]);
  });

  it("is the service that calls itself, where its CLIENT spans say so", () => {
    expect(behindOneAddress(true)).toEqual(["frontend", "frontend"]);
  });
});

describe("an application that copies contexts", () => {
  /** frontend → orders → prices; `unseen`: so many of the first are in no capture. */
  function copied(unseen: number) {
    const all = times(12, (i) => {
      const [at, fields] = [i * 1_000, [traceparent(i + 1, 16 * (i + 1))]];
      const asked = request("frontend → orders", { at, until: at + 90, target: `/labels/${i}`, fields });
      return [...(i < unseen ? [] : [asked]), request("orders → stock", { at: at + 20, until: at + 70, target: `/prices/${i}`, fields })];
    });
    const spans = times(12, (i) => [
      client(request("frontend → orders", { at: i * 1_000, until: i * 1_000 + 90 }), { trace: i + 1, id: 16 * (i + 1) }),
      server(request("orders → stock", { at: i * 1_000 + 20, target: `/prices/${i}` }), {
        trace: i + 1,
        id: 16 * (i + 1) + 1,
        parent: 16 * (i + 1),
      }),
    ]);
    const { view, said } = look({ requests: all, spans });
    return { copying: view.naming.workloads.find(({ group }) => group === "orders"), said };
  }

  it("makes no spans, though its calls name those of callers that no capture shows", () => {
    const { copying, said } = copied(4);
    expect(copying).toMatchObject({ isInstrumented: false, hasClientSpans: false });
    expect(said).toEqual([]);
  });
});

describe("a listener without a name", () => {
  /** client asks 10.9.0.2, of which the backend has spans of orders, and 10.9.0.3, of which it has none. */
  function named(target: (i: number) => string) {
    const requests = times(6, (i) => [
      request("client → 10.9.0.2", { at: i * 1_000, target: `/stock/${i}`, fields: [traceparent(i + 1, 16 * (i + 1))] }),
      request("client → 10.9.0.3", { at: i * 1_000 + 300, target: target(i), fields: [traceparent(i + 51, 16 * (i + 51))] }),
    ]);
    const spans = times(6, (i) => [
      server(requests[2 * i]!, { trace: i + 1, id: 16 * (i + 1) + 1, parent: 16 * (i + 1), service: "orders" }),
    ]);
    return look({ requests, spans }).view.naming.workloads.find(({ host }) => host === "10.9.0.3");
  }

  it("is a replica of whom the same callers ask for the same", () => {
    expect(named((i) => `/stock/${i}`)).toMatchObject({ group: "orders", because: "it serves the same callers and routes as orders" });
  });

  it("is none where it is asked for something else", () => {
    expect(named((i) => `/prices/${i}`)).toMatchObject({ service: undefined, because: "address" });
  });
});

describe("what hands requests on", () => {
  /** ingress hands four requests on to orders; of `before` more the capture shows only what it sent. */
  const role = (before: number) => {
    const requests = [
      ...times(before, (i) => [request("ingress → orders", { at: 10 * i, until: 10 * i + 5, target: `/early/${i}` })]),
      ...times(4, (i) => {
        const [at, fields] = [10_000 + 100 * i, [traceparent(i + 1, 16 * (i + 1))]];
        return [
          request("client → ingress", { at, until: at + 50, target: `/orders/${i}`, fields }),
          request("ingress → orders", { at: at + 5, until: at + 45, target: `/orders/${i}`, fields }),
        ];
      }),
    ];
    return look({ requests }).view.naming.workloads.find(({ group }) => group === "ingress")?.role;
  };

  it("is a proxy, also where a capture began with requests under way", () => {
    expect([0, 3, 6].map(role)).toEqual(["proxy", "proxy", "proxy"]);
  });

  it("is none by a few of many", () => {
    expect(role(40)).toBe("application");
  });
});
