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
