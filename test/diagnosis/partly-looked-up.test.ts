// A part of the traces was looked up, and the search of the capture's time was cut.

import { describe, expect, it } from "vitest";
import { look, server } from "./build-view.ts";
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
});
