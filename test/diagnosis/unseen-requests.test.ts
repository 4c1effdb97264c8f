import { describe, expect, it } from "vitest";
import { client, look, request, server, times, traceparent } from "./build-view.ts";

interface Options {
  readonly n?: number;
  /** What frontend, which no capture shows, recorded of its own requests; by default one of each call. */
  readonly servers?: number;
  readonly isBelow?: boolean;
  /** Whether each request of frontend is still served when its call goes out. */
  readonly isAround?: boolean;
}

/** frontend → orders, six times unless told otherwise, each with a CLIENT span that begins a trace. */
function calls({ n = 6, servers = n, isBelow = false, isAround = true }: Options = {}) {
  const requests = times(n, (i) => [
    request("frontend → orders", { at: 1_000 * i + 20, until: 1_000 * i + 80, fields: [traceparent(900 + i, 32 * i + 2)] }),
  ]);
  const spans = [
    ...requests.flatMap((call, i) => [
      client(call, { trace: 900 + i, id: 32 * i + 2 }),
      server(call, { trace: 900 + i, id: 32 * i + 3, parent: 32 * i + 2 }),
    ]),
    ...times(servers, (i) => {
      const at = 1_000 * i;
      const own = request("client → frontend", { at, until: isAround ? at + 100 : at + 10, target: "/checkout" });
      const served = server(own, { trace: i + 1, id: 32 * i + 1, route: "/checkout" });
      return isBelow ? [served, client(own, { trace: i + 1, id: 700 + i, parent: 32 * i + 1, service: "frontend" })] : [served];
    }),
  ];
  return look({ requests, spans });
}

describe("calls of a service that no capture shows receive anything", () => {
  it("lost their context, where each lies within a SERVER span that nothing hangs below", () => {
    const { blamed, findings } = calls();
    expect(blamed).toEqual(["error split: frontend → orders 6/6, frontend, goroutine-without-context"]);
    expect(findings[0]?.detail).toMatch(/^a new trace .* went out, within its SERVER span .*, which no call hangs below$/);
  });

  it("lost their context, where one follows on each of many requests of a route", () => {
    const { blamed, findings } = calls({ n: 30, isAround: false, isBelow: true });
    expect(blamed).toEqual(["error split: frontend → orders 30/30, frontend, goroutine-without-context"]);
    expect(findings[0]?.detail).toMatch(/^a new trace .* went out, after its SERVER span .*: one for each request of \/checkout$/);
    expect(calls({ n: 30, servers: 33, isAround: false, isBelow: true }).blamed).toEqual([]);
    expect(calls({ n: 30, servers: 27, isAround: false, isBelow: true }).blamed).toEqual([]);
  });

  it.each([
    ["the spans have other calls below them", { isBelow: true }],
    ["the requests were answered before", { isAround: false }],
    ["there are many more requests than calls, as where a service polls while it serves", { servers: 9 }],
    ["there are fewer", { servers: 4 }],
  ])("begin traces by right, where %s", (_, options) => {
    expect(calls(options).blamed).toEqual([]);
  });
});

describe("bare calls of a service that no capture shows receive anything", () => {
  /** Every second call of frontend carries a context below a SERVER span; the others, of /other requests, carry nothing. */
  const bare = (requestsOfOther: number) => {
    const requests = times(20, (i) => [
      request("frontend → orders", {
        at: 1_000 * i + 20,
        until: 1_000 * i + 80,
        target: i % 2 === 0 ? "/a" : "/b",
        fields: i % 2 === 0 ? [traceparent(i + 1, 32 * i + 2)] : [],
      }),
    ]);
    const spans = requests.flatMap((call, i) => {
      const isBare = i % 2 === 1;
      if (isBare && i >= 2 * requestsOfOther) return [];
      const own = request("client → frontend", { at: 1_000 * i, until: 1_000 * i + 100, target: isBare ? "/other" : "/checkout" });
      const served = server(own, { trace: i + 1, id: 32 * i + 1, route: own.target });
      if (isBare) return [served];
      return [
        served,
        client(call, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
        server(call, { trace: i + 1, id: 32 * i + 3, parent: 32 * i + 2 }),
      ];
    });
    return look({ requests, spans }).blamed.filter((said) => said.includes("stripped"));
  };

  it("lost their context, where its other calls tell whose spans to look for", () => {
    expect(bare(10)).toEqual(["error stripped: frontend → orders 10/20, frontend, client-does-not-inject"]);
  });

  it("may go out by themselves, where requests and calls do not come out even", () => {
    expect(bare(8)).toEqual([]);
  });
});

describe("bare calls beside others that carry on", () => {
  interface Busy {
    /** How long a request of frontend takes, of the second that it has. */
    readonly lasts: number;
    /** When bare calls go out in the second of a request, by its number. */
    readonly bare: (i: number) => readonly number[];
  }

  /** Thirty requests of frontend, which no capture shows: each calls stock with its context, and some call orders with nothing. */
  const beside = ({ lasts, bare }: Busy) => {
    const seconds = times(30, (i) => {
      const at = 1_000 * i;
      const own = request("client → frontend", { at, until: at + lasts, target: "/checkout" });
      const call = request("frontend → stock", { at: at + 5, until: at + 15, fields: [traceparent(i + 1, 32 * i + 2)] });
      return [
        {
          call,
          bare: bare(i).map((after) => request("frontend → orders", { at: at + after, until: at + after + 10 })),
          spans: [
            server(own, { trace: i + 1, id: 32 * i + 1, route: "/checkout" }),
            client(call, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
            server(call, { trace: i + 1, id: 32 * i + 3, parent: 32 * i + 2 }),
          ],
        },
      ];
    });
    return look({
      requests: seconds.flatMap(({ call, bare: calls }) => [call, ...calls]),
      spans: seconds.flatMap(({ spans }) => spans),
    });
  };

  it("lost their context, where one lies in each request", () => {
    const { blamed, findings } = beside({ lasts: 600, bare: () => [20] });
    expect(blamed).toEqual(["error stripped: frontend → orders 30/30, frontend, client-does-not-inject"]);
    expect(findings[0]?.detail).toMatch(/^no trace field went out, within its SERVER span .*: one in each request of \/checkout$/);
  });

  it("lost their context, where they lie in requests far more often than chance would put them there", () => {
    const { blamed, findings } = beside({ lasts: 100, bare: (i) => (i % 3 === 0 ? [20, 40, 60] : []) });
    expect(blamed).toEqual(["error stripped: frontend → orders 30/30, frontend, client-does-not-inject"]);
    expect(findings[0]?.detail).toMatch(/^no trace field went out, within its SERVER spans, as such calls are/);
  });

  it.each([
    ["some lie in no request", { lasts: 100, bare: (i: number) => (i % 3 === 0 ? [20, 300, 600] : []) }],
    ["requests are so close that anything lies in one", { lasts: 995, bare: (i: number) => (i % 3 === 0 ? [20, 300, 600] : []) }],
  ])("may go out by themselves, where %s", (_, busy) => {
    expect(beside(busy).blamed).toEqual([]);
  });
});
