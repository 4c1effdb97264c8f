// What spans say of services that no capture shows.

import { describe, expect, it } from "vitest";
import { client, look, request, server, times, traceparent } from "./build-view.ts";

const N = 6;
const STOCK = { target: "/stock" } as const;

interface Options {
  readonly n?: number;
  /** Spans beside those of each call. */
  readonly beside?: (i: number) => ReturnType<typeof server>[];
  /** Of the span below, milliseconds after the call began. */
  readonly after?: number;
  readonly hasParent?: boolean;
}

const call = (i: number) =>
  request("frontend → orders", { at: 1_000 * i, until: 1_000 * i + 80, fields: [traceparent(i + 1, 32 * i + 2)] });
const below = (i: number, after: number) => request("orders → stock", { at: 1_000 * i + after, until: 1_000 * i + after + 20, ...STOCK });

/** frontend → orders is captured, with CLIENT spans; orders called stock, whose spans hang below spans that nobody has. */
function lost({ n = N, beside = () => [], after = 10, hasParent = true }: Options = {}) {
  const requests = times(N, (i) => [call(i)]);
  const spans = times(N, (i) => [
    client(call(i), { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
    ...(i < n
      ? [
          server(below(i, after), {
            trace: i + 1,
            id: 32 * i + 5,
            ...(hasParent && { parent: 32 * i + 4 }),
            service: "stock",
            name: "GET /stock",
          }),
        ]
      : []),
    ...beside(i),
  ]);
  return look({ requests, spans });
}

describe("a service of which the backend has no span", () => {
  it("makes spans, where others hang below them", () => {
    const { blamed, findings } = lost();
    expect(blamed).toEqual(["error unrecorded: frontend → orders 6/6, orders, unknown"]);
    expect(findings[0]?.detail).toBe("the backend has no SERVER span for it, nor what stock's span below it names as its parent");
    expect(findings[0]?.fix).toContain("It makes spans that do not arrive");
    expect(findings[0]?.exemplars[0]?.fault.spans[0]?.resource.service).toBe("stock");
  });

  it.each<[string, Options]>([
    ["too few spans show it", { n: 2 }],
    ["the spans begin traces of their own", { hasParent: false }],
    ["the spans are of another time", { after: 30_000 }],
    [
      "another call, which no capture shows, could have led to them",
      {
        beside: (i) => [
          client(request("frontend → billing", { at: 1_000 * i, target: "/bill" }), { trace: i + 1, id: 32 * i + 9, parent: 32 * i + 1 }),
        ],
      },
    ],
    [
      "outside callers ask for the same",
      { beside: (i) => [server(below(i, 500), { trace: 900 + i, id: 32 * i + 7, service: "stock", name: "GET /stock" })] },
    ],
  ])("may make none, where %s", (_, options) => {
    expect(lost(options).blamed).toEqual([]);
  });
});

describe("a listener with spans of several services behind it", () => {
  /** frontend → ingress; spans without a peer, as gRPC's are. */
  const through = (lostFrom: number) => {
    const requests = times(2 * N, (i) => [
      request("frontend → ingress", {
        at: 1_000 * i,
        until: 1_000 * i + 80,
        target: i % 2 === 0 ? "/orders" : "/stock",
        fields: [traceparent(i + 1, 32 * i + 2)],
      }),
    ]);
    const spans = requests.flatMap((of, i) => {
      const isLost = i >= lostFrom && i % 2 === 0;
      const made = server(of, {
        ...(isLost ? { trace: 900 + i } : { trace: i + 1, parent: 32 * i + 2 }),
        id: 32 * i + 3,
        service: i % 2 === 0 ? "orders" : "stock",
      });
      const { "network.peer.address": _, "network.peer.port": __, ...attributes } = made.attributes;
      return [client(of, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }), { ...made, attributes }];
    });
    return look({ requests, spans });
  };

  it("is a proxy, and what is lost behind it is not said to be its doing", () => {
    const { blamed, findings } = through(6);
    expect(blamed).toEqual(["error ignored: frontend → ingress 3/12, ingress, unknown"]);
    expect(findings[0]?.culprit?.role).toBe("proxy");
    expect(findings[0]?.detail).toMatch(/^orders, behind it, began trace /);
    expect(findings[0]?.otherCauses.map(({ cause }) => cause)).toContain("proxy-drops-header");
  });

  it("says nothing where nothing is lost", () => {
    expect(through(2 * N).said).toEqual([]);
  });
});

describe("a replica of which no span was found by ids", () => {
  it("has its SERVER spans looked for where its service is known at another address", () => {
    const requests = times(2 * N, (i) => [
      request(`frontend → orders#${(i % 2) + 1}`, { at: 1_000 * i, until: 1_000 * i + 80, fields: [traceparent(i + 1, 32 * i + 2)] }),
    ]);
    const spans = requests.flatMap((of, i) => {
      const isNew = i % 2 === 1;
      const made = server(of, {
        ...(isNew ? { trace: 900 + i } : { trace: i + 1, parent: 32 * i + 2 }),
        id: 32 * i + 3,
        service: "orders",
        pod: `orders-${(i % 2) + 1}`,
      });
      const { "network.peer.address": _, "network.peer.port": __, ...attributes } = made.attributes;
      return [client(of, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }), { ...made, attributes }];
    });
    expect(look({ requests, spans }).blamed).toEqual(["error ignored: frontend → orders-2 6/6, orders-2, one-backend-of-many"]);
  });
});

describe("a SERVER span at the time of a request", () => {
  it("is another's, where its parent is known and not the one on the wire", () => {
    const requests = times(N, (i) => [call(i)]);
    const spans = times(N, (i) => {
      const other = request("orders#2 → orders", { at: 1_000 * i + 5, until: 1_000 * i + 60 });
      const { "network.peer.address": _, "network.peer.port": __, ...attributes } = server(other, {}).attributes;
      return [
        client(call(i), { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
        // What the capture lacks: a call of somebody else.
        client(other, { trace: 500 + i, id: 32 * i + 8, service: "batch" }),
        { ...server(other, { trace: 500 + i, id: 32 * i + 9, parent: 32 * i + 8, service: "orders" }), attributes },
      ];
    });
    expect(look({ requests, spans }).blamed.filter((said) => said.includes("ignored"))).toEqual([]);
  });
});

describe("a CLIENT span at the time of a bare request", () => {
  const sent = (arrives: boolean) => {
    const requests = times(N, (i) => [request("orders#2 → orders", { at: 1_000 * i, until: 1_000 * i + 80 })]);
    const other = (i: number) => request("frontend → stock", { at: 1_000 * i, until: 1_000 * i + 80 });
    const spans = times(N, (i) => [
      client(other(i), { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1, service: "batch" }),
      ...(arrives ? [server(other(i), { trace: i + 1, id: 32 * i + 3, parent: 32 * i + 2, service: "billing" })] : []),
    ]);
    return look({ requests, spans }).blamed.filter((said) => said.includes("stripped"));
  };

  it("is the sender's, which did not inject", () => {
    expect(sent(false)).toHaveLength(1);
  });

  it("is another's, where its context arrived elsewhere", () => {
    expect(sent(true)).toEqual([]);
  });
});

describe("an address with several pods behind it", () => {
  /** frontend → orders; of three pods the third begins new traces. */
  const balanced = (podOf: (i: number) => string) => {
    const requests = times(12, (i) => [call(i)]);
    const spans = requests.flatMap((of, i) => {
      const isNew = i % 3 === 2;
      return [
        client(of, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
        server(of, { ...(isNew ? { trace: 900 + i } : { trace: i + 1, parent: 32 * i + 2 }), id: 32 * i + 3, pod: podOf(i) }),
      ];
    });
    return look({ requests, spans });
  };

  it("one of which ignores contexts: the spans say which", () => {
    const { blamed, findings, view } = balanced((i) => `orders-${i % 3}`);
    expect(blamed).toEqual(["error ignored: frontend → orders 4/12, orders, one-backend-of-many"]);
    expect(findings[0]?.message).toMatch(/, only those that orders-2 served$/);
    expect(view.naming.receiverOf(0).pod).toBeUndefined();
  });

  it("is one pod's where all spans name it", () => {
    const { blamed, view } = balanced(() => "orders-0");
    expect(blamed[0]).toMatch(/orders, unknown$/);
    expect(view.naming.receiverOf(0).pod).toBe("orders-0");
  });
});
