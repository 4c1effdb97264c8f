// The third view: what captures show of exporters says why the backend lacks a span, and who has an exporter at all.

import { describe, expect, it } from "vitest";
import type { ExporterTraffic } from "../../src/diagnosis/exporters/trouble.ts";
import type { Span } from "../../src/spans/span.ts";
import { attempt, exported, handshake, lookUp } from "./build-traffic.ts";
import { client, look, NOON, type Request, request, server, trace, traceparent } from "./build-view.ts";
import { type Checkout, checkout, forwarded, nTimes, requestsOf } from "./cases/case.ts";

/** client → frontend → orders, six times; the backend has all spans of frontend, and those of orders for which `has` is true. */
const calls = nTimes(6, (i) => checkout(i));
const stored = (has: (i: number) => boolean = () => false) =>
  calls.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(has(i) ? [spans.orders] : [])]);
const ordersSpans = (of: readonly Checkout[]) => of.map(({ spans }) => spans.orders);

function seen(traffic: Partial<ExporterTraffic>, spans = stored(), requests: readonly Request[] = requestsOf(calls)) {
  const { findings, blamed } = look({ requests, spans, traffic });
  const [finding] = findings;
  return { blamed, detail: finding?.detail, message: finding?.message, fix: finding?.fix, findings };
}

const silent = (cause: string) => [`error unrecorded: frontend → orders 6/6, orders, ${cause}`];

describe("a service that the backend has never heard of has an exporter that", () => {
  it("asks for a collector's name in vain", () => {
    const { blamed, message } = seen({ dns: [lookUp("orders", "otel-colector.obs.svc.cluster.local")] });
    expect(blamed).toEqual(silent("exporter-dns-failed"));
    expect(message).toBe(
      "orders left no span of 6 of 6 requests from frontend: orders asks DNS for otel-colector.obs.svc.cluster.local and gets NXDOMAIN (1 time)",
    );
  });

  it("asks for the name that others export to, with a typing error", () => {
    const dns = [
      lookUp("frontend", "spanhub-main.obs", { addresses: ["10.0.0.6"] }),
      lookUp("orders", "spanhub-mian.obs", { code: "SERVFAIL" }),
    ];
    expect(seen({ dns, exports: [exported("frontend", [], { at: 9_000 })] }).blamed).toEqual(silent("exporter-dns-failed"));
    expect(seen({ dns }).blamed).toEqual([]);
  });

  it("gets no answer from DNS, again and again", () => {
    const name = "otlp.example.net";
    const dns = [0, 1_000].map((at) => lookUp("orders", name, { at, code: undefined }));
    expect(seen({ dns }).detail).toBe("orders asks DNS for otlp.example.net and gets no answer (2 times)");
    expect(seen({ dns: dns.slice(1) }).blamed).toEqual([]);
    expect(seen({ dns: [lookUp("orders", "otlp.example.net", { code: undefined, tries: 3 })] }).detail).toContain(
      "gets no answer (3 times)",
    );
  });

  it("finds nobody who accepts its connections", () => {
    expect(seen({ connections: [attempt("orders", "collector")] })).toMatchObject({
      blamed: silent("exporter-unreachable"),
      detail: "orders tries to connect to 10.0.0.6:4317 and is refused (1 time)",
    });
    const unanswered = attempt("orders", "collector:14268", { handshake: "unanswered", packets: 4 });
    expect(seen({ connections: [unanswered] }).blamed).toEqual(silent("exporter-unreachable"));
    const atTheEnd = 1_795_348_800_000_000 + 3_600_000_000;
    expect(seen({ connections: [{ ...unanswered, packets: 1, openedAt: atTheEnd, lastPacketAt: atTheEnd }] }).blamed).toEqual([]);
  });

  it("is refused at another port of where others export to", () => {
    const connections = [attempt("orders", "collector:9999")];
    expect(seen({ connections, exports: [exported("frontend", [], { at: 9_000 })] }).blamed).toEqual(silent("exporter-unreachable"));
    expect(seen({ connections }).blamed).toEqual([]);
  });

  it("does not get through TLS", () => {
    const at = 0;
    const unknownCa = { from: "client", level: "fatal", description: "unknown_ca", packet: { capture: 0, number: 5 }, at } as const;
    expect(seen({ tls: [handshake("orders", "collector", { alert: unknownCa })] })).toMatchObject({
      blamed: silent("exporter-tls-failed"),
      detail: "orders does not accept the certificate of 10.0.0.6:4317: TLS alert unknown_ca (1 time)",
    });
    const plain = handshake("orders", "collector", { plaintextAnswer: "HTTP/2", failedBy: "server" });
    expect(seen({ tls: [plain, plain] }).detail).toBe("orders speaks TLS to 10.0.0.6:4317, which answers in plain HTTP/2 (2 times)");
    const silently = handshake("orders", "collector", { failedBy: "client" });
    expect(seen({ tls: [silently, silently] }).blamed).toEqual(silent("exporter-tls-failed"));
    expect(seen({ tls: [silently] }).blamed).toEqual([]);
    expect(seen({ tls: [handshake("orders", "stock:8443", { alert: unknownCa })] }).blamed).toEqual([]);
  });

  it("is refused by the collector", () => {
    const refused = exported("orders", ordersSpans(calls), { at: 9_000, answer: { grpcStatus: 7 } });
    expect(seen({ exports: [refused] })).toMatchObject({
      blamed: silent("exporter-rejected"),
      detail: "10.0.0.6:4317 answers an export of orders with PERMISSION_DENIED (grpc-status 7), and the span was in it",
    });
  });

  it("speaks gRPC to an HTTP port", () => {
    const refused = exported("orders", ordersSpans(calls), {
      at: 9_000,
      to: "collector:4318",
      answer: { status: 404, grpcStatus: undefined },
    });
    expect(seen({ exports: [refused] }).detail).toMatch(/HTTP 404, and the span was in it: gRPC sent to an HTTP port$/);
  });

  it("is cut off before the answer", () => {
    const cut = exported("orders", ordersSpans(calls), { at: 9_000, answer: "none", unanswered: "reset" });
    expect(seen({ exports: [cut, cut] }).blamed).toEqual(silent("exporter-unreachable"));
    expect(seen({ exports: [cut] }).blamed).toEqual(silent("exporter-unreachable"));
  });

  it("is answered when its exporter has given up", () => {
    const late = exported("orders", ordersSpans(calls), { at: 9_000, answer: { isTooLate: true } });
    expect(seen({ exports: [late] }).blamed).toEqual(silent("exporter-unreachable"));
    expect(seen({ exports: [late] }).detail).toMatch(/answers an export of orders only after the exporter has given up, this span in it$/);
  });

  it("is taken, and nothing of what goes there is in the backend: it may be meant for another one", () => {
    const taken = exported("orders", ordersSpans(calls), { at: 9_000 });
    expect(seen({ exports: [taken] }).blamed).toEqual(["warning unrecorded: frontend → orders 6/6, orders, intermediary-not-exported"]);
  });
});

describe("a service whose exporter delivers nothing", () => {
  const half = nTimes(6, (i) => checkout(i, i < 3 ? { outgoing: [] } : {}));

  it("has lost the traces that it began as well as those that came in", () => {
    const { blamed } = seen(
      { connections: [attempt("orders", "collector")] },
      half.flatMap(({ spans }) => [spans.frontend]),
      requestsOf(half),
    );
    expect(blamed).toContain("error unrecorded: frontend → orders 6/6, orders, exporter-unreachable");
  });
});

describe("a service whose process ended", () => {
  const half = stored((i) => i < 3);
  const last = exported("orders", ordersSpans(calls.slice(0, 3)), { at: 2_500 });
  const closed = (from: string, to: string, at: number, closedBy: "fin" | "capture ended" = "fin") =>
    attempt(from, to, { handshake: "complete", closedBy, lastPacketAt: NOON + at * 1_000 });
  const together = [closed("orders", "collector", 9_000), closed("frontend", "orders:8080", 9_010)];

  it("has not lost what was not sampled", () => {
    const requests = calls.flatMap(({ inbound, outbound, ids }, i) =>
      i < 2
        ? [inbound, outbound]
        : [
            { ...inbound, fields: [] },
            { ...outbound, fields: [traceparent(ids.trace, ids.call, "00")] },
          ],
    );
    const spans = calls.slice(0, 2).flatMap((call) => [call.spans.frontend, call.spans.call]);
    const { findings } = seen({ dns: [lookUp("orders", "otel-colector.obs.svc.cluster.local")] }, spans, requests);
    const said = findings.filter(({ edge }) => edge?.to === "orders").map(({ verdict, cause, affected }) => [verdict, cause, affected]);
    expect(said).toEqual([
      ["unrecorded", "exporter-dns-failed", 2],
      ["not-sampled", "unsampled", 4],
    ]);
  });

  it("has lost what its exporter had not sent: its connections close together", () => {
    const { blamed, fix, message } = seen({ exports: [last], connections: together }, half);
    expect(blamed).toEqual(["warning unrecorded: frontend → orders 3/6, orders, unknown"]);
    expect(message).toContain("orders ended before its exporter had sent what was left");
    expect(fix).toContain("Shut the SDK down");
  });

  it("has not lost what was over long before: an exporter does not wait so long", () => {
    const late = [closed("orders", "collector", 60_000), closed("frontend", "orders:8080", 60_010)];
    expect(seen({ exports: [last], connections: late }, half).blamed).toEqual([]);
  });

  it.each([
    ["callers' connections closed at another time", [together[0]!, closed("frontend", "orders:8080", 4_000)]],
    ["a connection of a caller goes on", [...together, closed("frontend", "orders:8080", 9_000, "capture ended")]],
    ["the exporter's connection goes on", [closed("orders", "collector", 9_000, "capture ended"), together[1]!]],
    ["no caller's connection is seen", together.slice(0, 1)],
  ])("may still send it where %s", (_, connections) => {
    expect(seen({ exports: [last], connections }, half).blamed).toEqual([]);
  });
});

describe("a service is not taken for one with an exporter", () => {
  const name = "otel-collector.obs.svc.cluster.local";
  const failing = { dns: [lookUp("orders", name)], connections: [attempt("orders", "collector")] };

  it.each([
    ["asks in vain for a name that tells nothing", { dns: nTimes(6, (i) => lookUp("orders", "legacy-db.shop", { at: i * 500 })) }],
    ["asks for a collector of logs", { dns: nTimes(6, (i) => lookUp("orders", "log-collector.shop", { at: i * 500 })) }],
    [
      "has a search list, and finds the collector at last",
      { dns: [lookUp("orders", `${name}.shop.svc.cluster.local`), lookUp("orders", name, { addresses: ["10.0.0.6"] })] },
    ],
    [
      "finds the collector in its search list, the bare name is never asked for",
      {
        dns: [
          lookUp("orders", "jaeger.obs.shop.svc.cluster.local"),
          lookUp("orders", "jaeger.obs.svc.cluster.local", { addresses: ["10.0.0.6"] }),
        ],
      },
    ],
    ["got an empty AAAA answer only", { dns: [lookUp("orders", name, { type: "AAAA", code: "NOERROR" })] }],
    ["is another machine", { dns: [lookUp("stock", name)], connections: [attempt("stock", "collector")] }],
    ["is refused at a port that is nobody's", { connections: [attempt("orders", "stock:5432")] }],
  ] satisfies [string, Partial<ExporterTraffic>][])("that %s", (_, traffic) => {
    expect(seen(traffic).blamed).toEqual([]);
  });

  it("that got unsampled requests only", () => {
    const unsampled = calls.map(({ inbound, outbound, ids }) => [
      { ...inbound, fields: [traceparent(ids.trace, ids.caller, "00")] },
      { ...outbound, fields: [traceparent(ids.trace, ids.call, "00")] },
    ]);
    expect(seen(failing, stored(), unsampled.flat()).blamed).toEqual([]);
  });

  it("that passes every request on and makes no spans", () => {
    const passed = nTimes(6, (i) => forwarded(i));
    const traffic = { dns: [lookUp("ingress", name)], connections: [attempt("ingress", "collector")] };
    expect(look({ requests: requestsOf(passed), spans: passed.map(({ spans }) => spans.orders), traffic }).blamed).toEqual([]);
  });

  it("that shares its address with another one, so that either could be meant", () => {
    const admin = nTimes(6, (i) => request("frontend → orders:9090", { at: 20_000 + i, fields: [traceparent(600 + i, 600)] }));
    expect(seen(failing, stored(), [...requestsOf(calls), ...admin]).blamed).toEqual([]);
  });
});

describe("of a service that the backend knows, spans are missing", () => {
  const some = stored((i) => i > 1);
  const early = stored((i) => i < 2);
  /** The name has an address at first. */
  const since = (n: number) => [
    lookUp("orders", "otel.obs", { addresses: ["10.0.0.6"] }),
    ...nTimes(n, (i) => lookUp("orders", "otel.obs", { at: 1_500 + 1_000 * i })),
  ];

  it("because the collector's name has no address any more", () => {
    const { blamed, message } = seen({ dns: since(6) }, early);
    expect(blamed).toEqual(["error unrecorded: frontend → orders 4/6, orders, exporter-dns-failed"]);
    expect(message).toContain("asks DNS for otel.obs and gets NXDOMAIN (6 times), after it had an address before");
  });

  it("and one look-up in vain after good ones is no reason", () => {
    expect(seen({ dns: since(1) }, early).blamed.filter((said) => said.includes("dns"))).toEqual([]);
  });

  it("and a resolver that fails is not advised away by another name", () => {
    const failing = nTimes(3, (i) => lookUp("orders", "otel.obs", { at: 1_000 * i, code: "SERVFAIL" }));
    expect(seen({ dns: failing }).fix).toContain("the resolver fails");
    expect(seen({ dns: [lookUp("orders", "otel.obs")] }).fix).toContain("Correct the collector's name");
  });

  it("and a short name is judged by its search list, not by what a resolver says of one label", () => {
    const dns = [
      lookUp("orders", "jager-collector.shop.svc.cluster.local"),
      lookUp("orders", "jager-collector", { at: 1_000, code: "REFUSED" }),
    ];
    expect(seen({ dns })).toMatchObject({
      detail: "orders asks DNS for jager-collector and gets NXDOMAIN (1 time)",
      fix: expect.stringContaining("Correct the collector's name"),
    });
  });

  const two = (cause: string) => [`error unrecorded: frontend → orders 2/6, orders, ${cause}`];
  const lost = calls.slice(0, 2);
  const kept = calls.slice(2);

  it("because the export that carried them was refused", () => {
    const exports = [
      exported("orders", ordersSpans(lost), { at: 1_500, answer: { grpcStatus: 8 } }),
      exported("orders", ordersSpans(kept), { at: 9_000 }),
    ];
    expect(seen({ exports }, some).blamed).toEqual(two("exporter-rejected"));
    const inPart = exported("orders", ordersSpans(lost), { at: 1_500, answer: { rejected: { spans: 2, hasMessage: true } } });
    expect(seen({ exports: [inPart] }, some).detail).toMatch(/a partial success that refuses 2 spans/);
    const again = exported("orders", ordersSpans(kept), { at: 9_000, answer: { rejected: { spans: 3, hasMessage: true } } });
    expect(seen({ exports: [inPart, again] }, some).detail).toMatch(/partial successes that refuse 5 spans in all/);
  });

  it.each([
    ["RESOURCE_EXHAUSTED", { grpcStatus: 8 }, "sending_queue"],
    ["UNAUTHENTICATED", { grpcStatus: 16 }, "OTEL_EXPORTER_OTLP_HEADERS"],
    ["404", { status: 404, grpcStatus: undefined }, "/v1/traces"],
    ["413", { status: 413, grpcStatus: undefined }, "max_request_body_size"],
    ["429", { status: 429, grpcStatus: undefined }, "too much to do"],
    ["a partial success", { rejected: { spans: 2, hasMessage: true } }, "which spans it refuses"],
  ])("and %s has advice of its own", (_, answer, advice) => {
    const refused = { ...exported("orders", ordersSpans(lost), { at: 1_500, answer }), protocol: "otlp-http" as const };
    expect(seen({ exports: [refused] }, some).fix).toContain(advice);
  });

  it.each([401, 404, 413])("and %i tells nothing of settings where the same is taken at other times", (status) => {
    const answer = { status, grpcStatus: undefined };
    const refused = { ...exported("orders", ordersSpans(lost), { at: 1_500, answer }), protocol: "otlp-http" as const, bytes: 500 };
    const taken = exported("orders", ordersSpans(kept), { at: 9_000 });
    const { fix, detail } = seen({ exports: [refused, { ...taken, bytes: 600 }] }, some);
    expect(fix).toContain("at other times");
    if (status !== 413) return;
    expect(detail).toContain("though it takes others of up to 600 bytes: their size is not why");
    expect(seen({ exports: [refused, { ...taken, bytes: 400 }] }, some)).toMatchObject({
      detail: expect.stringContaining(": 500 bytes are too large for it"),
      fix: expect.stringContaining("max_request_body_size"),
    });
  });

  it("because HTTP/1 was sent to a port that speaks HTTP/2", () => {
    const sent = { ...exported("orders", ordersSpans(lost), { at: 1_500 }), protocol: "otlp-http" as const };
    const { blamed, detail, fix } = seen({ exports: [{ ...sent, answer: undefined, unanswered: "HTTP/2" }] }, some);
    expect(blamed).toEqual(two("exporter-rejected"));
    expect(detail).toContain("HTTP/1 sent to a port that speaks HTTP/2");
    expect(fix).toContain("OTEL_EXPORTER_OTLP_PROTOCOL=grpc");
  });

  it("because plain HTTP was sent to a port that speaks TLS", () => {
    const sent = exported("orders", ordersSpans(lost), { at: 1_500, answer: "none", unanswered: "TLS" });
    const { blamed, detail, fix } = seen({ exports: [{ ...sent, protocol: "otlp-http" }] }, some);
    expect(blamed).toEqual(two("exporter-tls-failed"));
    expect(detail).toContain("with a TLS alert, and the span was in it: plain HTTP sent to a port that speaks TLS");
    expect(fix).toContain("https://");
  });

  it("because they were lost behind an agent that never answers", () => {
    const sent = exported("orders", ordersSpans(lost), { at: 1_500, answer: "none" });
    const { blamed, detail } = seen({ exports: [{ ...sent, protocol: "jaeger-udp" }] }, some);
    expect(blamed).toEqual(two("unknown"));
    expect(detail).toBe("its span was sent to 10.0.0.6:4317 over UDP, which is never answered: it was lost on the way or behind the agent");
  });

  it("because a page was answered, though with 200", () => {
    const answer = { grpcStatus: undefined, isPage: true } as const;
    const { blamed, detail } = seen({ exports: [exported("orders", ordersSpans(lost), { at: 1_500, answer })] }, some);
    expect(blamed).toEqual(two("exporter-rejected"));
    expect(detail).toContain("with a page (text/html), and the span was in it: something else than a collector answers there");
  });

  it("and an error is no page, though a page comes with it", () => {
    const answer = { status: 413, grpcStatus: undefined, isPage: true } as const;
    const { detail, fix } = seen({ exports: [exported("orders", ordersSpans(lost), { at: 1_500, answer })] }, some);
    expect(detail).toContain("HTTP 413");
    expect(detail).not.toContain("something else than a collector");
    expect(fix).toContain("max_request_body_size");
  });

  it("and an exporter that waits longer between its exports has not stopped", () => {
    const many = nTimes(40, (i) => checkout(i));
    const spans = many.flatMap((each, i) => [each.spans.frontend, each.spans.call, ...(i < 22 ? [each.spans.orders] : [])]);
    const every15s = [7_000, 22_500].map((at) => exported("orders", ordersSpans(many.slice(0, 3)), { at }));
    const { said } = look({
      requests: requestsOf(many),
      spans,
      traffic: { exports: [...every15s, exported("frontend", spans.slice(-1), { at: 38_000 })] },
    });
    expect(said).toEqual(["note unrecorded: frontend → orders 18/40, orders, unknown"]);
  });

  it("because its exporter stopped, while others go on", () => {
    const many = nTimes(20, (i) => checkout(i));
    const spans = many.flatMap((each, i) => [each.spans.frontend, each.spans.call, ...(i < 4 ? [each.spans.orders] : [])]);
    const stopped = exported("orders", ordersSpans(many.slice(0, 4)), { at: 3_500 });
    const goesOn = exported("frontend", spans.slice(-1), { at: 20_000 });
    const { blamed, detail } = seen({ exports: [stopped, goesOn] }, spans, requestsOf(many));
    expect(blamed).toEqual(["error unrecorded: frontend → orders 16/20, orders, unknown"]);
    expect(detail).toBe(
      "orders exported for the last time at 12:00:03.500, and not in the 16 s since, while others went on exporting and it went on serving",
    );
    expect(seen({ exports: [stopped] }, spans, requestsOf(many)).detail).toBe("the backend has no SERVER span for it");
  });

  it("and a refusal that was made good by another try is none", () => {
    const exports = [
      exported("orders", ordersSpans(lost), { at: 1_500, answer: { grpcStatus: 14 } }),
      exported("orders", ordersSpans(lost), { at: 2_500 }),
      exported("orders", ordersSpans(kept), { at: 9_000 }),
    ];
    expect(seen({ exports }, some).blamed).toEqual(two("unknown"));
    expect(seen({ exports }, some).detail).toBe("its span was exported, and 10.0.0.6:4317 accepted it: it was lost behind the collector");
  });

  it("because the export that was due could not be read and was refused", () => {
    const exports = [
      exported("orders", ordersSpans(lost), { at: 1_500, answer: { status: 413, grpcStatus: undefined }, isWhole: false }),
      exported("orders", ordersSpans(kept), { at: 9_000 }),
    ];
    expect(seen({ exports }, some).blamed).toEqual(two("exporter-rejected"));
    const readable = [{ ...exports[0]!, isWhole: true, spanCount: 1, spans: exports[1]!.spans.slice(0, 1) }, exports[1]!];
    expect(seen({ exports: readable }, some).blamed).toEqual(two("unknown"));
  });

  it("because the collector could not be reached for a while", () => {
    const noon = 1_795_348_800_000_000;
    const connections = [attempt("orders", "collector", { lastPacketAt: noon + 1_500_000 })];
    const delivered = exported("orders", ordersSpans(kept), { at: 9_000 });
    expect(seen({ connections, exports: [delivered] }, some).blamed).toEqual(two("exporter-unreachable"));
    const before = exported("orders", ordersSpans(calls.slice(0, 1)), { at: 1_300 });
    const late = [attempt("orders", "collector", { lastPacketAt: noon - 5_000_000 })];
    expect(seen({ connections: late, exports: [before, delivered] }, some).blamed).toEqual(two("unknown"));
  });

  it("but are on their way where the last export came before them", () => {
    const newest = stored((i) => i < 4);
    const exports = [exported("orders", ordersSpans(calls.slice(0, 4)), { at: 3_500 })];
    expect(seen({ exports }, newest).blamed).toEqual([]);
  });

  it("but are not on their way any more where others recorded later what came after the export that was taken", () => {
    const newest = stored((i) => i < 4);
    const exports = [exported("orders", ordersSpans(calls), { at: 5_300 })];
    expect(seen({ exports }, newest).blamed).toEqual([]);
    const later = checkout(6).inbound;
    const own = server(later, { trace: 7, id: 113, parent: 112 });
    expect(seen({ exports }, [...newest, own], [...requestsOf(calls), later]).blamed).toEqual(two("unknown"));
  });

  it("for good where the exporter fails from then on", () => {
    const newest = stored((i) => i < 4);
    const exports = [exported("orders", ordersSpans(calls.slice(0, 4)), { at: 3_500 })];
    const connections = nTimes(3, (i) => attempt("orders", "collector", { lastPacketAt: 1_795_348_800_000_000 + (7_000 + i) * 1_000 }));
    expect(seen({ exports, connections }, newest).blamed).toEqual(two("exporter-unreachable"));
  });
});

describe("of a service that calls others", () => {
  /** frontend is the one that lacks SERVER spans; its CLIENT spans name them as their parents. */
  const has = (i: number) => i > 1;
  const without = (drop: (span: Span, i: number) => boolean) =>
    calls.flatMap(({ spans }, i) => [spans.frontend, spans.call, spans.orders].filter((span) => !drop(span, i)));

  it("a span that its children name and no export carried was never ended", () => {
    const spans = without((span, i) => !has(i) && span.kind === "server" && span.resource.service === "frontend");
    const sent = spans.filter(({ resource }) => resource.service === "frontend");
    const { blamed, detail } = seen({ exports: [exported("frontend", sent, { at: 9_000 })] }, spans);
    expect(blamed).toEqual(["error unrecorded: client → frontend 2/6, frontend, span-not-ended"]);
    expect(detail).toMatch(/^spans of frontend name span [0-9a-f]{16} as their parent, which is in no export/);
    expect(seen({}, spans).blamed).toEqual(["error unrecorded: client → frontend 2/6, frontend, unknown"]);
  });

  it("spans of calls that are in no export, SERVER spans among them, were dropped by a full queue", () => {
    const spans = without((span, i) => !has(i) && span.resource.service === "frontend");
    const sent = spans.filter(({ resource }) => resource.service === "frontend");
    const traffic = { exports: [exported("frontend", sent, { at: 9_000 })] };
    expect(seen(traffic, spans).blamed).toEqual(["error unrecorded: client → frontend 2/6, frontend, exporter-queue-overflow"]);
    const refused = {
      exports: [exported("frontend", sent, { at: 9_000 }), exported("frontend", [], { at: 9_500, answer: { status: 503 } })],
    };
    expect(seen(refused, spans).blamed).toEqual(["error unrecorded: client → frontend 2/6, frontend, unknown"]);
  });
});

describe("of a service that calls nobody", () => {
  const leaf = nTimes(12, (i) =>
    request("client → orders", { at: i * 100, until: i * 100 + 50, target: `/stock/${i}`, fields: [traceparent(i + 1, i + 1)] }),
  );
  const spans = leaf.map((of, i) => server(of, { trace: i + 1, id: 100 + i, parent: i + 1 }));
  const lost = new Set([5, 7, 8]);
  const kept = spans.filter((_, i) => !lost.has(i));
  const batch = (from: number, at: number) => exported("orders", kept.slice(from, from + 3), { at, takes: 295 });

  it("full batches one after another mean that its queue was full", () => {
    const exports = [batch(0, 320), batch(3, 620), batch(6, 920), exported("orders", kept.slice(8), { at: 1_220 })];
    expect(seen({ exports }, kept, leaf).blamed).toEqual(["error unrecorded: client → orders 3/12, orders, exporter-queue-overflow"]);
  });

  it("one export, and others of the route before and after it, mean that it was most likely never ended", () => {
    const { blamed, findings } = seen({ exports: [exported("orders", kept, { at: 9_000 })] }, kept, leaf);
    expect(blamed).toEqual(["error unrecorded: client → orders 3/12, orders, span-not-ended"]);
    expect(findings[0]?.otherCauses.map(({ cause }) => cause)).toEqual(["exporter-queue-overflow", "unsampled"]);
    expect(findings[0]?.confidence).toBeLessThan(0.8);
  });

  it("a route without a single span is not the exporter's matter, nor is what was turned away in front", () => {
    const exports = [exported("orders", kept, { at: 9_000 })];
    const bare = leaf.map((of, i) => (lost.has(i) ? { ...of, target: "/search" } : of));
    expect(seen({ exports }, kept, bare).blamed).toEqual(["error unrecorded: client → orders 3/12, orders, middleware-missing"]);
    const refused = leaf.map((of, i) => (lost.has(i) ? { ...of, status: 503 } : of));
    expect(seen({ exports }, kept, refused).blamed).toEqual(["error unrecorded: client → orders 3/12, orders, unknown"]);
  });
});

describe("spans that no backend has", () => {
  it("are exported to a place where nothing recorded comes from", () => {
    const sends = calls.map(({ outbound, ids }) =>
      request("orders → stock", {
        at: outbound.at + 10,
        until: outbound.until - 10,
        target: outbound.target,
        fields: [traceparent(ids.trace, ids.orders + 4)],
      }),
    );
    const own = sends.map((of, i) => client(of, { trace: i + 1, id: calls[i]!.ids.orders + 4, parent: calls[i]!.ids.orders }));
    const spans = [...stored(), ...sends.map((of, i) => server(of, { trace: i + 1, id: 900 + i, parent: calls[i]!.ids.orders + 4 }))];
    const exports = [
      exported("orders", [...ordersSpans(calls), ...own], { at: 9_000, to: "collector:4319" }),
      exported("frontend", stored(), { at: 9_000 }),
    ];
    expect(seen({ exports }, spans, [...requestsOf(calls), ...sends]).blamed).toEqual([
      "error unrecorded: frontend → orders 6/6, orders, intermediary-not-exported",
    ]);
  });

  it("of whole traces may be sampled away by the collector", () => {
    const some = calls.slice(2).flatMap(({ spans }) => [spans.frontend, spans.call, spans.orders]);
    const all = calls.flatMap(({ spans }) => [spans.frontend, spans.call]);
    const exports = [exported("orders", ordersSpans(calls), { at: 9_000 }), exported("frontend", all, { at: 9_000 })];
    const { findings, blamed } = seen({ exports }, some);
    expect(blamed.every((line) => line.startsWith("warning unrecorded"))).toBe(true);
    expect(findings[0]?.otherCauses[0]?.cause).toBe("unsampled");
    expect(findings[0]?.traceIds).toContain(trace(1));
  });
});

describe("exports that never arrived show how calls without a context were made", () => {
  const bare = nTimes(6, (i) => checkout(i, { outgoing: [] }));
  const says = (spansOf: (of: Checkout) => Span[]) => {
    const traffic = { exports: bare.map((of, i) => exported("frontend", spansOf(of), { at: i * 1_000 + 500, answer: { grpcStatus: 8 } })) };
    return look({ requests: requestsOf(bare), spans: [], traffic }).blamed.filter((line) => line.includes("stripped"));
  };

  it("with a CLIENT span that nobody was told of", () => {
    expect(says(({ spans }) => [spans.frontend, spans.call])).toEqual([
      "error stripped: frontend → orders 6/6, frontend, transport-does-not-inject",
    ]);
  });

  it("or without one", () => {
    expect(says(({ spans }) => [spans.frontend])).toEqual(["error stripped: frontend → orders 6/6, frontend, client-does-not-inject"]);
  });
});
