import { describe, expect, it } from "vitest";
import { client, internal, look, request, server, traceparent } from "../diagnosis/build-view.ts";

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
