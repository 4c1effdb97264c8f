import { client, id, request, tls } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const dropped = nTimes(3, (i) => forwarded(i, { outgoing: [] }));
const seen = (head: "partial" | "missing") => requestsOf(dropped).map((r) => (r.from === "ingress" ? { ...r, head } : r));
const seenOnBoth = requestsOf(dropped).map((r) => ({ ...r, head: "partial" as const, fields: [] }));

const calls = nTimes(4, (i) => checkout(i));
const inbound = calls.map((call) => call.inbound);
/** frontend calls orders over TLS: what the requests left in the backend, and no exchange. */
const hidden = calls.map(({ outbound }) => tls("frontend → orders", { at: outbound.at, sni: "orders.shop.svc.cluster.local" }));
const withoutHops = calls.flatMap(({ spans }) => [spans.frontend, spans.call, spans.orders]);
const onlyCallers = calls.flatMap(({ outbound, spans, ids }) => [
  spans.frontend,
  { ...client(outbound, { trace: ids.trace, id: ids.call, parent: ids.frontend }), attributes: { "server.address": "orders.shop.svc" } },
]);
const quietTls = (name: string, options: Parameters<typeof tls>[1], edge = "frontend → orders") => ({
  name,
  world: { requests: inbound, tls: [tls(edge, options)] },
  says: [],
});

export const notObservable: RuleCases = {
  rule: "not-observable",
  fires: [
    {
      name: "a span id whose trace id may stand behind the cut",
      world: {
        requests: nTimes(3, (i) => request("frontend → orders", { at: i * 1_000, fields: [["X-B3-SpanId", id(i + 1)]], head: "partial" })),
      },
      says: ["note not-observable: frontend → orders 3/3, nobody, capture-cut"],
    },
    {
      name: "heads that a short snaplen cut are never called stripped",
      world: { requests: seen("partial") },
      says: ["note not-observable: ingress → orders 3/3, nobody, capture-cut"],
    },
    {
      name: "answers whose requests the capture lacks",
      world: { requests: seen("missing") },
      says: ["note not-observable: ingress → orders 3/3, nobody, capture-cut"],
    },
    {
      name: "on several edges: one note, since a capture lacks packets of all edges alike",
      world: { requests: seenOnBoth },
      says: ["note not-observable: capture 6/6, nobody, capture-cut"],
    },
    {
      name: "requests whose fields stand in an HPACK table that the capture does not show, by edge",
      world: { requests: requestsOf(calls).map((r) => ({ ...r, fields: [], hiddenFields: 7 })) },
      says: [
        "note not-observable: client → frontend 4/4, nobody, joined-mid-connection",
        "note not-observable: frontend → orders 4/4, nobody, joined-mid-connection",
      ],
    },
    {
      name: "TLS without keys: as many requests as receivers recorded",
      world: { requests: inbound, tls: hidden.slice(0, 4), spans: withoutHops },
      says: ["note not-observable: frontend → orders 4/4, nobody, encrypted"],
    },
    {
      name: "TLS without keys: as many requests as callers recorded",
      world: { requests: inbound, tls: hidden.slice(0, 1), spans: onlyCallers },
      says: ["note not-observable: frontend → orders 4/4, nobody, encrypted"],
    },
    {
      name: "TLS without keys or spans: as many connections as there were, however many captures show them",
      world: { requests: inbound, tls: [...hidden, ...hidden.map((one) => ({ ...one, vantage: 1 }))] },
      says: ["note not-observable: frontend → orders 4/4, nobody, encrypted"],
    },
    {
      name: "TLS that was joined mid-connection",
      world: { requests: inbound, tls: [tls("frontend → orders", { undecrypted: "joined mid-connection", offeredAlpn: [] })] },
      says: ["note not-observable: frontend → orders 1/1, nobody, encrypted"],
    },
    {
      name: "some requests of an edge could be read, others not",
      world: {
        requests: [...inbound, ...calls.slice(0, 2).map(({ outbound }) => outbound)],
        tls: hidden.slice(2),
        spans: withoutHops,
      },
      says: ["note not-observable: frontend → orders 2/4, nobody, encrypted"],
    },
  ],
  staysQuiet: [
    quietTls("TLS that was decrypted", { isDecrypted: true, undecrypted: undefined }),
    quietTls("a handshake that failed carried nothing", { outcome: "failed", encryptedRecords: 1 }),
    quietTls("an exporter's connection to a collector", {}, "frontend → collector:4317"),
    quietTls("a collector behind a port of its own", { sni: "otel-collector.observability.svc" }, "frontend → collector:443"),
    quietTls("a database's protocol by ALPN", { offeredAlpn: ["postgresql"] }, "orders → stock:6543"),
    quietTls("a database by its port, where no protocol is offered", { offeredAlpn: [] }, "orders → stock:6380"),
    {
      name: "one capture joined it late, another one read it",
      world: {
        requests: inbound,
        tls: [
          tls("frontend → orders", { undecrypted: "joined mid-connection" }),
          tls("frontend → orders", { vantage: 1, isDecrypted: true, undecrypted: undefined }),
        ],
      },
      says: [],
    },
    { name: "whole heads", world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))) }, says: [] },
    {
      name: "cut heads that still show a context",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))).map((r) => ({ ...r, head: "partial" as const })) },
      says: [],
    },
    {
      name: "cut heads of health checks",
      world: { requests: nTimes(3, (i) => request("client → orders", { at: i * 1_000, target: "/healthz", head: "partial" })) },
      says: [],
    },
    {
      name: "one capture lacks a head that another one holds whole",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))).map((r) => ({ ...r, seenFrom: [0, 1] })) },
      says: [],
    },
  ],
};
