import { describe, expect, it } from "vitest";
import { client, look, request, server, times, traceparent } from "./build-view.ts";

describe("bare calls of a busy service", () => {
  /** Requests of frontend at these times, served so long that one is always open, and its calls of orders without a context at those. */
  const busy = (requests: readonly number[], calls: readonly number[]) =>
    look({
      requests: [
        ...requests.map((at, i) =>
          request("client → frontend", { at, until: at + 400, target: "/checkout", fields: [traceparent(i + 1, i + 1)] }),
        ),
        ...calls.map((at) => request("frontend → orders", { at, until: at + 10, target: "/flags" })),
      ],
    }).blamed;
  /** Ten a second, each a little out of step. */
  const crowd = times(120, (i) => [100 * i + ((i * 37) % 90)]);

  it("are a timer's where they come like a clock", () => {
    expect(
      busy(
        crowd,
        times(11, (i) => [500 + 1_000 * i]),
      ),
    ).toEqual([]);
  });

  it("lost their contexts where they come as requests do", () => {
    const some = crowd.filter((_, i) => i % 9 === 0).map((at) => at + 20);
    expect(busy(crowd, some)).toEqual([`error stripped: frontend → orders ${some.length}/${some.length}, frontend, unknown`]);
  });

  it("lost their contexts where the load itself comes like a clock, whichever of its routes calls", () => {
    const clock = times(240, (i) => [50 * i]);
    const some = clock.filter((_, i) => i % 10 === 0).map((at) => at + 5);
    expect(busy(clock, some)).toHaveLength(1);
  });

  it("lost their contexts where requests are as regular and as many", () => {
    const clock = times(12, (i) => [1_000 * i]);
    expect(
      busy(
        clock,
        clock.map((at) => at + 20),
      ),
    ).toHaveLength(1);
  });
});

describe("calls with a CLIENT span that went out without its context", () => {
  const called = (attributes: Readonly<Record<string, string>>) => {
    const requests = times(6, (i) => [
      request("client → frontend", { at: 1_000 * i, until: 1_000 * i + 90, target: "/search", fields: [traceparent(i + 1, 32 * i + 1)] }),
      request("frontend → stock", { at: 1_000 * i + 10, until: 1_000 * i + 50, target: "/index/_search" }),
    ]);
    const spans = times(6, (i) => {
      const [asked, call] = [requests[2 * i]!, requests[2 * i + 1]!];
      const made = client(call, { trace: i + 1, id: 32 * i + 3, parent: 32 * i + 2 });
      return [
        server(asked, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
        { ...made, attributes: { ...made.attributes, ...attributes } },
      ];
    });
    return look({ requests, spans }).blamed;
  };

  it("are right where they are of a database", () => {
    expect(called({ "db.system.name": "elasticsearch" })).toEqual([]);
    expect(called({ "db.system": "elasticsearch" })).toEqual([]);
    expect(called({})).toEqual(["error stripped: frontend → stock 6/6, frontend, transport-does-not-inject"]);
  });
});
