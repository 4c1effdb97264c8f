import { describe, expect, it } from "vitest";
import { allGroupEdges } from "../../src/report/group-edges.ts";
import { client, look, type Request, request, type Seen, server, tls, traceparent } from "./build-view.ts";
import { checkout, nTimes } from "./cases/case.ts";

const edgeOf = ({ tally }: Seen, name: string) => allGroupEdges(tally).find(({ from, to }) => `${from} → ${to}` === name);

/** Three checkouts whose calls to orders the capture shows as `hidden` says; `parent`: of the spans that orders made. */
function told(hidden: Partial<Request>, parent: "call" | "none" | "unknown", isGivenAway = false) {
  const calls = nTimes(3, (i) => checkout(i));
  return look({
    requests: calls.flatMap(({ inbound, outbound }) => [inbound, { ...outbound, ...hidden }]),
    spans: calls.flatMap(({ outbound, ids, spans }, i) => {
      const above = { call: { trace: ids.trace, parent: ids.call }, none: { trace: 900 + i }, unknown: { trace: 900 + i, parent: 77 } }[
        parent
      ];
      const made = server(outbound, { id: ids.orders, ...above });
      const { "network.peer.port": _port, "network.peer.address": _address, ...attributes } = made.attributes;
      return [
        spans.frontend,
        spans.call,
        isGivenAway ? { ...made, name: "POST", attributes: { ...attributes, "url.path": "/other" } } : made,
      ];
    }),
  });
}

describe("contexts that the capture hides", () => {
  it("are told by SERVER spans that continue the caller's trace", () => {
    for (const head of ["missing", "partial"] as const)
      expect(edgeOf(told({ head, fields: [] }, "call"), "frontend → orders")).toMatchObject({
        withContext: 0,
        toldBySpans: 3,
        notObservable: 3,
      });
  });

  it("are told where the caller's span was never recorded, if the exchange is known", () => {
    expect(edgeOf(told({ head: "missing" }, "unknown"), "frontend → orders")).toMatchObject({ toldBySpans: 3 });
  });

  it("are told by the call that copies them, where the receiver makes no spans", () => {
    const came = request("client → frontend", { until: 100, fields: [traceparent(1, 1)] });
    const asked = request("frontend → ingress", { at: 10, until: 90, target: "/pay", head: "partial" });
    const copies = [1, 2].map((i) =>
      request("ingress → orders", {
        at: 20 * i,
        until: 20 * i + 10,
        target: `/orders/${i}`,
        fields: [["host", "orders"], traceparent(1, 3)],
      }),
    );
    const sent = client(asked, { trace: 1, id: 3, parent: 2 });
    const spans = [
      server(came, { trace: 1, id: 2, parent: 1 }),
      { ...sent, attributes: { ...sent.attributes, "url.full": "http://ingress/pay" } },
    ];
    const edge = (requests: readonly Request[]) => edgeOf(look({ requests, spans }), "frontend → ingress");
    const other = request("frontend → ingress", { at: 11, until: 88, target: "/other", head: "partial" });
    expect(edge([came, asked, other, ...copies])).toMatchObject({ exchanges: 2, toldBySpans: 1, notObservable: 2 });
    expect(edge([came, asked, other])).toMatchObject({ toldBySpans: 0, notObservable: 2 });
    // The same, told twice.
    const { "network.peer.port": _port, "network.peer.address": _address, ...attributes } = server(asked, {}).attributes;
    const own = server(asked, { trace: 1, id: 4, parent: 3 });
    for (const also of [own, { ...own, attributes: { ...attributes, "url.path": "/elsewhere" } }])
      expect(edgeOf(look({ requests: [came, asked, other, ...copies], spans: [...spans, also] }), "frontend → ingress")).toMatchObject({
        toldBySpans: 1,
      });
  });

  it("are told by the services where nobody knows which span is of which exchange", () => {
    expect(edgeOf(told({ head: "partial", fields: [] }, "call", true), "frontend → orders")).toMatchObject({ toldBySpans: 3 });
    expect(edgeOf(told({ head: "partial", fields: [] }, "unknown", true), "frontend → orders")).toMatchObject({ toldBySpans: 0 });
  });

  it("are not told by spans that begin a trace", () => {
    expect(edgeOf(told({ head: "missing" }, "none"), "frontend → orders")).toMatchObject({ toldBySpans: 0, notObservable: 3 });
  });

  it("are none where the wire shows what was carried", () => {
    expect(edgeOf(told({}, "call"), "frontend → orders")).toMatchObject({ withContext: 3, toldBySpans: 0, notObservable: 0 });
  });
});

describe("requests that TLS hides", () => {
  const seen = (parent: number | undefined) => {
    const { inbound, outbound, ids, spans } = checkout(0);
    const made = server(outbound, { trace: ids.trace, id: ids.orders, ...(parent !== undefined && { parent }) });
    return look({ requests: [inbound], spans: [spans.frontend, spans.call, made], tls: [tls("frontend → orders", { at: outbound.at })] });
  };

  it("are an edge, as far as spans tell of them", () => {
    const { ids } = checkout(0);
    expect(edgeOf(seen(ids.call), "frontend → orders")).toMatchObject({ protocol: "TLS", exchanges: 1, toldBySpans: 1, notObservable: 1 });
    expect(edgeOf(seen(undefined), "frontend → orders")).toMatchObject({ exchanges: 1, toldBySpans: 0, notObservable: 1 });
    const quiet = look({ requests: [request("client → frontend")], tls: [tls("frontend → orders", { at: 40 })] });
    expect(edgeOf(quiet, "frontend → orders")).toBeUndefined();
  });

  it("are said to have gone on, or not", () => {
    const { ids } = checkout(0);
    const messages = [ids.call, undefined].map((parent) => seen(parent).findings.find(({ cause }) => cause === "encrypted")?.message);
    expect(messages[0]).toMatch(/spans of 1 request on it: 1 continues a caller's trace$/);
    expect(messages[1]).toMatch(/spans of 1 request on it: none continues a caller's trace$/);
  });
});
