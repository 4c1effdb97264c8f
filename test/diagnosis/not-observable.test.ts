import { describe, expect, it } from "vitest";
import { mayCarryRequests } from "../../src/diagnosis/encrypted-purpose.ts";
import { look, request, server, tls, traceparent } from "./build-view.ts";
import { checkout, nTimes, requestsOf } from "./cases/case.ts";

const inbound = [request("client → frontend", { fields: [] })];

describe("what TLS hides", () => {
  it("is said with the ClientHello that proves it, and what would open it", () => {
    const [finding] = look({ requests: inbound, tls: [tls("frontend → orders", { at: 40, sni: "orders.shop.svc" })] }).findings;
    expect(finding?.message).toBe("frontend → orders cannot be judged: 1 connection is encrypted");
    expect(finding?.detail).toBe("TLS 1.3 for orders.shop.svc (h2, http/1.1); no key log has its secrets");
    expect(finding?.fix).toContain("--keylog");
    expect(finding?.handshakes?.map(({ packet }) => packet.number)).toEqual([81]);
    expect(finding?.exemplars).toEqual([]);
  });

  it("needs its handshake before keys can help", () => {
    const [finding] = look({ requests: inbound, tls: [tls("frontend → orders", { undecrypted: "handshake not captured" })] }).findings;
    expect(finding?.fix).toMatch(/^Start the capture before the connections/);
    expect(finding?.detail).toContain("lacks its handshake");
  });

  it("is named by what clients ask for where nothing else names a machine", () => {
    const { said } = look({
      requests: inbound,
      tls: [
        tls("10.9.0.1 → 10.9.0.2:443", { sni: "pay.example.com" }),
        tls("10.9.0.2 → 10.9.0.3:443", { at: 1, sni: "orders.shop.svc.cluster.local" }),
      ],
    });
    expect(said).toEqual([
      "note not-observable: 10.9.0.1 → pay.example.com 1/1, nobody, encrypted",
      "note not-observable: pay.example.com → orders 1/1, nobody, encrypted",
    ]);
  });

  it("counts spans for the server that made them where a port serves several connections", () => {
    const calls = nTimes(3, (i) => checkout(i, { orders: i === 1 ? "stock" : "orders" }));
    const at = calls[0]!.outbound.at;
    const { said } = look({
      requests: calls.map((call) => call.inbound),
      spans: calls.flatMap(({ outbound, ids, spans }) => [
        spans.frontend,
        server({ ...outbound, at }, { trace: ids.trace, id: ids.orders, parent: ids.call }),
      ]),
      tls: [tls("frontend → orders", { at }), tls("frontend → stock", { at })],
    });
    expect(said).toEqual([
      "note not-observable: frontend → orders 2/2, nobody, encrypted",
      "note not-observable: frontend → stock 1/1, nobody, encrypted",
    ]);
  });

  it("is told for so many edges, and the rest in one note", () => {
    const { findings } = look({
      requests: inbound,
      tls: nTimes(60, (i) => tls(`frontend → 10.9.1.${i + 1}:443`, { at: i, sni: undefined })),
    });
    expect(findings).toHaveLength(51);
    expect(findings.find(({ edge }) => edge === undefined)?.message).toBe("Further edges cannot be judged: 10 connections are encrypted");
  });

  it("may be opened: a receiver whose TLS was read whole is not blind", () => {
    const calls = nTimes(2, (i) => checkout(i, { outgoing: [] }));
    const opened = { isDecrypted: true, undecrypted: undefined, encryptedRecords: 9 };
    const open = tls("client → frontend", { at: 19_000, ...opened });
    const seen = look({ requests: requestsOf(calls), tls: [open] });
    expect(seen.view.table.machines.isBlind("10.0.0.3", 1_795_348_800_000_000 + 19_000_500)).toBe(false);
    const closed = look({ requests: requestsOf(calls), tls: [open, { ...open, undecrypted: "gap" }] });
    expect(closed.view.table.machines.isBlind("10.0.0.3", 1_795_348_800_000_000 + 19_000_500)).toBe(true);
  });
});

describe("HPACK tables that were joined late", () => {
  const requests = nTimes(2, (i) => request("client → orders", { at: i * 1_000, hiddenFields: 3 }));

  it("are known again from a frame on", () => {
    expect(look({ requests, knownFrom: 212 }).findings[0]?.detail).toContain("from frame 212 of its capture on all fields are known");
  });

  it("may never be", () => {
    expect(look({ requests }).findings[0]?.detail).toContain("stay unknown as long as the connection is captured");
  });
});

describe("mayCarryRequests", () => {
  const of = (port: number, options: { sni?: string; alpn?: string; offeredAlpn?: readonly string[] } = {}) => {
    const { sni, alpn, offeredAlpn = [] } = options;
    const server = { address: "10.0.0.9", port };
    const [handshake] = look({ requests: inbound, tls: [tls("client → orders")] }).view.tls;
    return mayCarryRequests({ ...handshake!, server, sni, alpn, offeredAlpn }, server.address, new Set(["10.0.0.8"]));
  };

  it.each([
    ["any port", 8443, {}, true],
    ["HTTP/2 at a database's port", 5432, { offeredAlpn: ["h2"] }, true],
    ["a mesh's own protocols", 15006, { offeredAlpn: ["istio-peer-exchange", "istio"] }, true],
    ["what the server chose says more than what was offered", 443, { alpn: "mqtt", offeredAlpn: ["h2", "mqtt"] }, false],
    ["OTLP", 4317, { offeredAlpn: ["h2"] }, false],
    ["a collector by its name", 443, { sni: "eu.otlp.example.com", offeredAlpn: ["h2"] }, false],
    ["a vendor's collector", 443, { sni: "api.honeycomb.io", offeredAlpn: ["h2"] }, false],
    ["a collector in a mesh", 15443, { sni: "outbound_.4317_._.apm-server.obs.svc.cluster.local", alpn: "istio" }, false],
    ["a service of a demo of telemetry", 8080, { sni: "frontend.otel-demo.svc.cluster.local", offeredAlpn: ["h2"] }, true],
    ["OTLP at its former port", 55_681, { offeredAlpn: ["http/1.1"] }, false],
    ["a name that only begins like one", 443, { sni: "templates.example.com" }, true],
    ["a mail server", 993, {}, false],
  ] as const)("%s", (_, port, options, expected) => {
    expect(of(port, options)).toBe(expected);
  });
});

describe("a call in another trace than what seems to have caused it", () => {
  it("is not called carried on, where the sender also receives what cannot be read", () => {
    const lost = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(900 + i, 900 + i)] }));
    const { said, tally } = look({ requests: requestsOf(lost), unreadable: [{ to: "frontend:8443", protocol: "TLS" }] });
    const edge = [...tally.edges.values()].find(({ to }) => to.name === "orders");
    expect(said.filter((line) => line.includes("split"))).toEqual([]);
    expect(edge).toMatchObject({ exchanges: 3, continued: 0, notObservable: 3 });
  });
});
