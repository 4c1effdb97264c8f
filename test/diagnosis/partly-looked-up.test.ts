// A part of the traces was looked up, and the search of the capture's time was cut.

import { describe, expect, it } from "vitest";
import { client, look, request, server, traceparent } from "./build-view.ts";
import { checkout, nTimes, requestsOf } from "./cases/case.ts";

const calls = nTimes(6, (i) => checkout(i));

/** What is said where orders made spans for the last `recorded` calls, in the traces that came in or in its own. */
function said(recorded: number, isJoined: boolean, isWindowSearched = false): readonly string[] {
  const spans = calls.flatMap(({ outbound, spans: made, ids }, i) => {
    const own = isJoined ? made.orders : server(outbound, { trace: 900 + i, id: ids.orders });
    return [made.frontend, made.call, ...(i >= calls.length - recorded ? [own] : [])];
  });
  return look({ requests: requestsOf(calls), spans, backend: { isWindowSearched } }).said;
}

describe("a request whose trace holds no SERVER span of it", () => {
  it("was lost, where its receiver is seen to take such contexts", () => {
    expect(said(4, true)).toEqual(["error unrecorded: frontend → orders 2/6, orders, unknown"]);
  });

  it("may have begun a trace that nobody looked for, where it is not", () => {
    expect(said(2, false)).toEqual([
      "error ignored: frontend → orders 2/6, orders, unknown",
      "warning unrecorded: frontend → orders 4/6, orders, unknown",
    ]);
    expect(said(2, false, true)).toContain("error unrecorded: frontend → orders 4/6, orders, unknown");
  });

  it("was lost, where what it called names its span, or a replica of its receiver takes such contexts", () => {
    const called = nTimes(6, (i) =>
      request("orders → stock", {
        at: 1_000 * i + 30,
        until: 1_000 * i + 40,
        target: `/shelf/${i}`,
        fields: [traceparent(i + 1, 700 + i)],
      }),
    );
    const spans = calls.flatMap(({ spans: made, ids }, i) => [
      made.frontend,
      made.call,
      client(called[i]!, { trace: i + 1, id: 700 + i, parent: ids.orders }),
    ]);
    const { said: lost } = look({ requests: [...requestsOf(calls), ...called], spans, backend: { isWindowSearched: false } });
    expect(lost.filter((line) => line.includes("unrecorded: frontend"))).toEqual([expect.stringMatching(/^error /)]);
    const replicas = nTimes(12, (i) => checkout(i, { orders: i % 2 === 0 ? "orders#1" : "orders#2" }));
    const some = replicas.flatMap(({ spans: made }, i) => [made.frontend, made.call, ...(i % 2 === 0 || i === 11 ? [made.orders] : [])]);
    const others = look({ requests: requestsOf(replicas), spans: some, backend: { isWindowSearched: false } });
    expect(others.said.filter((line) => line.includes("unrecorded"))).toEqual([expect.stringMatching(/^error /)]);
  });

  it("was refused for its size, whatever its receiver takes", () => {
    const refused = calls.map((made, i) => (i < 4 ? { ...made, outbound: { ...made.outbound, status: 431 } } : made));
    const spans = refused.flatMap(({ spans: made, outbound }, i) => [
      made.frontend,
      made.call,
      ...(i < 4 ? [] : [server(outbound, { trace: 900 + i, id: 900 + i })]),
    ]);
    const { said: lines } = look({ requests: requestsOf(refused), spans, backend: { isWindowSearched: false } });
    expect(lines).toContain("error unrecorded: frontend → orders 4/6, orders, header-too-large");
  });

  it("says what remains possible", () => {
    const { findings } = look({
      requests: requestsOf(calls),
      spans: calls.flatMap(({ outbound, spans: made, ids }, i) => [
        made.frontend,
        made.call,
        ...(i > 3 ? [server(outbound, { trace: 900 + i, id: ids.orders })] : []),
      ]),
      backend: { isWindowSearched: false },
    });
    expect(findings.find(({ verdict }) => verdict === "unrecorded")?.otherCauses[0]?.cause).toBe("restarts-trace");
  });
});
