// A capture whose clock stepped shows what was caused before what caused it.

import { describe, expect, it } from "vitest";
import { look, request, traceparent } from "../diagnosis/build-view.ts";

/** ingress sends on what it got; by the clock of its other capture that came in `early` ms after it went out. */
function sentOn({ early = 2, ends = 90, fields = [traceparent(1, 1)], came = [traceparent(1, 1)], seenFrom = [0, 1] } = {}) {
  const wentOut = request("ingress → frontend", { at: 100, until: 180, target: "/pay", fields, seenFrom });
  const cameIn = request("client → ingress", { at: 100 + early, until: 100 + ends, target: "/pay", fields: came });
  const { view } = look({ requests: [wentOut, cameIn] });
  return view.table.all().find(({ clientHost, parent }) => clientHost !== "client" && parent !== undefined)?.parent?.because ?? "none";
}

describe("a parent that seems to come after what it caused", () => {
  it("is told by the context that went on unchanged", () => {
    expect(sentOn()).toBe("forwarded unchanged");
  });

  it("is told by a request id that was passed on", () => {
    expect(sentOn({ fields: [["x-request-id", "4f1d9a2c-77aa"]], came: [["x-request-id", "4f1d9a2c-77aa"]] })).toBe("request id");
    expect(sentOn({ fields: [["x-request-id", "4f1d9a2c-77aa"]], came: [["x-request-id", "0b44c1de-77aa"]] })).toBe("none");
  });

  it("is not where it came much later, ended long before, or carried another context", () => {
    expect(sentOn({ early: 150, ends: 300 })).toBe("none");
    expect(sentOn({ ends: 10 })).toBe("none");
    expect(sentOn({ fields: [traceparent(2, 2)] })).toBe("none");
  });

  it("is not looked for in one capture, which tells one time", () => {
    expect(sentOn({ seenFrom: [0] })).toBe("none");
  });
});

describe("where request ids are passed on", () => {
  /** Five requests that ingress sends on, with their ids or with new ones; then a call with an id that nothing came with. */
  const lastOf = (isPassedOn: boolean) => {
    const requestId = (n: number, of: string) => [["x-request-id", `${of}-0000000${n}`] as const];
    const sent = Array.from({ length: 5 }, (_, n) => [
      request("client → ingress", { at: 1_000 * n, until: 1_000 * n + 100, target: "/pay", fields: requestId(n, "came") }),
      request("ingress → frontend", {
        at: 1_000 * n + 10,
        until: 1_000 * n + 90,
        target: "/pay",
        fields: requestId(n, isPassedOn && n < 4 ? "came" : "made"),
      }),
    ]).flat();
    return look({ requests: sent }).view.table.all().at(-1)?.parent?.because;
  };

  it("a request with another id is not the cause of a call", () => {
    expect(lastOf(true)).toBeUndefined();
    expect(lastOf(false)).toBe("same request");
  });
});
