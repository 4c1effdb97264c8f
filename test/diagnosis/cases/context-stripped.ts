import { client, id, internal, request, server, trace, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const withoutContext = nTimes(4, (i) => checkout(i, { outgoing: [] }));
const dropped = nTimes(4, (i) => forwarded(i, { outgoing: [] }));
const oneRoute = nTimes(6, (i) => forwarded(i, i < 2 ? { outgoing: [], target: `/orders/${i}` } : { target: `/users/${i}` }));
const b3 = nTimes(3, (i) => forwarded(i, { incoming: [["b3", `${trace(i + 1)}-${id(i + 1)}-1`]], outgoing: [] }));
const job = request("frontend → orders", { target: "/stock/1" });
const overlapping = [
  request("client → frontend", { at: 0, target: "/checkout", fields: [traceparent(1, 1)] }),
  request("client → frontend", { at: 10, target: "/checkout", fields: [traceparent(2, 2)] }),
  request("frontend → orders", { at: 20, until: 60, target: "/stock/1" }),
];
const inbound = request("client → frontend", { target: "/checkout", fields: [traceparent(1, 1)] });
const frontend = server(inbound, { trace: 1, id: 2, parent: 1 });
const checkouts = nTimes(3, (i) => checkout(i));
const rootless = nTimes(3, (i) => checkout(i, { incoming: [], outgoing: [] }));
const behindSidecar = nTimes(3, (i) => [
  request("client → frontend:15006", { at: i * 1_000, target: "/checkout", fields: [traceparent(i + 1, 1)] }),
  request("127.0.0.6 → 127.0.0.1:8080", {
    at: i * 1_000 + 5,
    until: i * 1_000 + 95,
    target: "/checkout",
    fields: [traceparent(i + 1, 2)],
  }),
  request("frontend → orders", { at: i * 1_000 + 20, until: i * 1_000 + 80, target: `/stock/${i}` }),
]).flat();
/** A poll every second, whoever is being served; three of ten fall into a request. */
const polls = nTimes(10, (i) => request("frontend → stock", { at: i * 1_000 + 40, until: i * 1_000 + 60, target: "/config" }));
const served = [0, 3, 6].map((i) => checkout(i).inbound);

/** Of twelve requests frontend serves those to /legacy outside of any span: there is none of them, nor of the calls that they cause, which go out bare. */
const legacy = nTimes(12, (i) => {
  const made = checkout(i, i % 3 === 0 ? { outgoing: [] } : {});
  return i % 3 === 0 ? { ...made, inbound: { ...made.inbound, target: "/legacy" } } : made;
});
const spansBesideLegacy = legacy.flatMap(({ spans, outbound }, i) =>
  i % 3 === 0 ? [server(outbound, { trace: 900 + i, id: 900 + i })] : [spans.frontend, spans.call, spans.orders],
);

/** A browser asks before it sends; `allows` is the answer, `goesOn` what it does then. */
const preflight = (allows: readonly (readonly [string, string])[], goesOn = false, asks = "content-type,traceparent") =>
  nTimes(3, (i) => [
    request("client → frontend", {
      at: i * 1_000,
      until: i * 1_000 + 20,
      method: "OPTIONS",
      target: "/checkout",
      status: 204,
      fields: [["access-control-request-headers", asks]],
      answer: allows,
    }),
    ...(goesOn
      ? [request("client → frontend", { at: i * 1_000 + 30, method: "POST", target: "/checkout", fields: [traceparent(i + 1, 1)] })]
      : []),
  ]).flat();
const allow = (names: string) => [["Access-Control-Allow-Headers", names] as const];

export const contextStripped: RuleCases = {
  rule: "context-stripped",
  fires: [
    {
      name: "whole routes have no SERVER span, and what they call carries nothing: one middleware is missing for both",
      world: { requests: requestsOf(legacy), spans: spansBesideLegacy },
      says: [
        "error stripped: frontend → orders 4/12, frontend, middleware-missing",
        "error unrecorded: client → frontend 4/12, frontend, middleware-missing",
      ],
    },
    {
      name: "a proxy without spans gets a context and sends none",
      world: { requests: requestsOf(dropped) },
      says: ["error stripped: ingress → orders 4/4, ingress, proxy-drops-header"],
    },
    {
      name: "the same, and the service behind it begins traces of its own",
      world: {
        requests: requestsOf(dropped),
        spans: dropped.map(({ outbound }, i) => server(outbound, { trace: 900 + i, id: 900 + i })),
      },
      says: ["error stripped: ingress → orders 4/4, ingress, proxy-drops-header"],
    },
    {
      name: "an application has a SERVER span and no CLIENT span for its call",
      world: { requests: requestsOf(withoutContext), spans: withoutContext.map(({ spans }) => spans.frontend) },
      says: ["error stripped: frontend → orders 4/4, frontend, client-does-not-inject"],
    },
    {
      name: "an application has a CLIENT span for its call, and sends nothing",
      world: {
        requests: requestsOf(withoutContext),
        spans: withoutContext.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          spans.call,
          server(outbound, { trace: 900 + i, id: 900 + i }),
        ]),
      },
      says: ["error stripped: frontend → orders 4/4, frontend, transport-does-not-inject"],
    },
    {
      name: "without a backend the cause of an application's silence stays open",
      world: { requests: requestsOf(withoutContext) },
      says: ["error stripped: frontend → orders 4/4, frontend, unknown"],
    },
    {
      name: "a job's own CLIENT span proves that there was a context to send",
      world: { requests: [job], spans: [client(job, { trace: 1, id: 1 }), server(job, { trace: 2, id: 2 })] },
      says: ["error stripped: frontend → orders 1/1, frontend, transport-does-not-inject"],
    },
    {
      name: "only the requests of one route lose it",
      world: { requests: requestsOf(oneRoute) },
      says: ["error stripped: ingress → orders 2/6, ingress, proxy-drops-header"],
    },
    {
      name: "a B3 context counts like any other",
      world: { requests: requestsOf(b3) },
      says: ["error stripped: ingress → orders 3/3, ingress, proxy-drops-header"],
    },
    {
      name: "several requests were open at the sender, and each of them carried a context",
      world: { requests: overlapping },
      says: ["error stripped: frontend → orders 1/1, frontend, unknown"],
    },
    {
      name: "a service that began the trace itself sends nothing on",
      world: {
        requests: requestsOf(rootless),
        spans: rootless.map(({ inbound: at }, i) => server(at, { trace: i + 1, id: 7 })),
      },
      says: ["error stripped: frontend → orders 3/3, frontend, client-does-not-inject"],
    },
    {
      name: "a sidecar hands the request on to its application over loopback: the application is named",
      world: { requests: behindSidecar },
      says: ["error stripped: frontend → orders 3/3, frontend, unknown"],
    },
    {
      name: "one call of several that a request causes carries nothing",
      world: {
        requests: checkouts.flatMap(({ inbound: at, outbound }, i) => [
          at,
          outbound,
          request("frontend → stock", { at: i * 1_000 + 85, until: i * 1_000 + 95, target: "/price" }),
        ]),
      },
      says: ["error stripped: frontend → stock 3/3, frontend, unknown"],
    },
    {
      name: "a preflight asks for traceparent, the answer does not allow it, and the request never comes",
      world: { requests: preflight(allow("Content-Type")) },
      says: ["warning stripped: client → frontend 3/3, frontend, cors-preflight"],
    },
    {
      name: "the same through a proxy: who answers is named",
      world: {
        requests: preflight(allow("content-type")).flatMap((r) => [
          { ...r, to: "ingress" },
          { ...r, from: "ingress", to: "orders", at: r.at + 5, until: r.until - 5 },
        ]),
      },
      says: ["warning stripped: ingress → orders 3/3, orders, cors-preflight"],
    },
    {
      name: "the same where both are on one machine",
      world: { requests: preflight(allow("content-type")).map((r) => ({ ...r, from: "frontend" })) },
      says: ["warning stripped: frontend → frontend 3/3, frontend, cors-preflight"],
    },
    {
      name: "a sidecar does not tell its application's calls from others, and begins traces for them: who forwards nothing is named",
      world: { requests: [...behindSidecar.slice(0, 2), { ...behindSidecar[2]!, fields: [] }] },
      says: ["error stripped: frontend → orders 1/1, frontend, unknown"],
    },
    {
      name: "an authentication request that a proxy makes beside the request that it passes on",
      world: {
        requests: nTimes(4, (i) => forwarded(i)).flatMap(({ inbound: at, outbound }, i) => [
          at,
          request("ingress → stock", { at: i * 1_000 + 5, until: i * 1_000 + 15, target: "/auth" }),
          outbound,
        ]),
      },
      says: ["error stripped: ingress → stock 4/4, ingress, proxy-drops-header"],
    },
    {
      name: "a proxy passes the fields on over HTTP/1 and not to gRPC",
      world: {
        requests: requestsOf([
          ...nTimes(3, (i) => forwarded(i)),
          ...nTimes(3, (i) => forwarded(i + 3, { outgoing: [], target: `/shop.Stock/Get${i}` })).map((made) => ({
            ...made,
            inbound: { ...made.inbound, grpcStatus: 0 },
            outbound: { ...made.outbound, grpcStatus: 0 },
          })),
        ]),
      },
      says: ["error stripped: ingress → orders 3/6, ingress, proxy-drops-header"],
    },
    {
      name: "a proxy writes the fields under names of its own",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i, { outgoing: [["otel-ctx-traceparent", traceparent(i + 1, 90)[1]]] }))),
      },
      says: ["error stripped: ingress → orders 3/3, ingress, proxy-drops-header"],
    },
  ],
  staysQuiet: [
    {
      name: "a preflight is allowed what it asks for",
      world: { requests: preflight(allow("Content-Type, TraceParent"), true) },
      says: [],
    },
    { name: "a preflight is allowed everything", world: { requests: preflight(allow("*"), true) }, says: [] },
    {
      name: "the browser goes on whatever the answer says: it was not kept from it",
      world: { requests: preflight(allow("content-type"), true) },
      says: [],
    },
    {
      name: "the answer denies other fields, too: tracing is not what keeps it back",
      world: { requests: preflight(allow("accept")) },
      says: [],
    },
    {
      name: "a preflight that asks for no trace field",
      world: { requests: preflight(allow("accept"), false, "content-type") },
      says: [],
    },
    {
      name: "a root that sends none",
      world: { requests: nTimes(3, (i) => request("client → frontend", { at: i * 1_000 })) },
      says: [],
    },
    {
      name: "a service that gets none and sends none",
      world: { requests: requestsOf(nTimes(3, (i) => checkout(i, { incoming: [], outgoing: [] }))) },
      says: [],
    },
    {
      name: "a proxy that gets none and sends none, before a service that begins the traces",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i, { incoming: [], outgoing: [] }))),
        spans: nTimes(3, (i) => server(forwarded(i).outbound, { trace: 900 + i, id: 900 + i })),
      },
      says: [],
    },
    {
      name: "passed on unchanged by a host without spans",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))), spans: nTimes(3, (i) => forwarded(i).spans.orders) },
      says: [],
    },
    {
      name: "passed on unchanged by a proxy with a span of its own: its span and the receiver's are siblings",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i))),
        spans: nTimes(3, (i) => forwarded(i)).flatMap(({ inbound: at, ids, spans }) => [
          server(at, { trace: ids.trace, id: ids.caller + 5, parent: ids.caller, sdk: "haproxy" }),
          spans.orders,
        ]),
      },
      says: [],
    },
    {
      name: "one of the requests that may have caused the call carried no context",
      world: { requests: [overlapping[0]!, { ...overlapping[1]!, fields: [] }, overlapping[2]!] },
      says: [],
    },
    {
      name: "health checks and scrapes that a service makes while it serves a request",
      world: {
        requests: [
          inbound,
          request("frontend → orders", { at: 20, until: 30, target: "/healthz" }),
          request("frontend → orders", { at: 40, until: 50, target: "/metrics", fields: [["user-agent", "Prometheus/2.53.0"]] }),
          request("frontend → stock", { at: 60, until: 70, target: "/anything", fields: [["user-agent", "kube-probe/1.31"]] }),
        ],
      },
      says: [],
    },
    {
      name: "OTLP exports that a service makes while it serves a request",
      world: {
        requests: [inbound, request("frontend → collector:4318", { at: 20, until: 30, method: "POST", target: "/v1/traces" })],
      },
      says: [],
    },
    {
      name: "a CORS preflight carries no trace fields by right",
      world: { requests: [inbound, request("frontend → orders", { at: 20, until: 30, method: "OPTIONS", target: "/stock/1" })] },
      says: [],
    },
    {
      name: "a job's INTERNAL root began the trace while a request was open",
      world: {
        requests: [inbound, { ...job, at: 20, until: 60, fields: [traceparent(5, 52)] }],
        spans: [frontend, internal(job, { trace: 5, id: 51 }), client(job, { trace: 5, id: 52, parent: 51 })],
      },
      says: [],
    },
    {
      name: "the sender was serving requests over TLS, too: its call may belong to one of them",
      world: { requests: [inbound, { ...job, at: 20, until: 60 }], unreadable: [{ to: "frontend", protocol: "TLS" }] },
      says: [],
    },
    {
      name: "the sender was serving requests over TLS, too",
      world: { requests: [inbound, { ...job, at: 20, until: 60 }], unreadable: [{ to: "frontend", protocol: "TLS" }] },
      says: [],
    },
    {
      name: "a capture with a short snaplen lacks the end of the request head",
      world: { requests: requestsOf(dropped).map((r) => (r.from === "ingress" ? { ...r, head: "partial" as const } : r)) },
      says: ["note not-observable: ingress → orders 4/4, nobody, capture-cut"],
    },
    {
      name: "the incoming head was cut: it may have carried none",
      world: { requests: requestsOf(dropped).map((r) => (r.from === "client" ? { ...r, fields: [], head: "partial" as const } : r)) },
      says: ["note not-observable: client → ingress 4/4, nobody, capture-cut"],
    },
    {
      name: "a sidecar hands the request on with a span of its own, and the application goes on",
      world: {
        requests: behindSidecar.map((r, i) => (r.to === "orders" ? { ...r, fields: [traceparent((i - 2) / 3 + 1, 3)] } : r)),
      },
      says: [],
    },
    {
      name: "tries of one call with the same traceparent, against two replicas",
      world: {
        requests: nTimes(3, (i) => forwarded(i, { orders: "orders#1" })).flatMap(({ inbound: at, outbound }, i) => [
          at,
          { ...outbound, until: i * 1_000 + 40, status: 503 },
          { ...outbound, to: "orders#2", at: i * 1_000 + 45 },
        ]),
      },
      says: [],
    },
    {
      name: "a poll that goes out every second, also while nobody is served",
      world: { requests: [...served, ...polls] },
      says: [],
    },
    {
      name: "polls under a long answer (server-sent events, long polling)",
      world: { requests: [{ ...inbound, until: 20_000 }, ...polls] },
      says: [],
    },
    {
      name: "a call half a minute after a request whose answer was not seen",
      world: {
        requests: [
          { ...inbound, status: undefined },
          { ...job, at: 30_000, until: 30_100 },
        ],
      },
      says: [],
    },
    {
      name: "one of many calls of a route seems to have lost it, and only the time says of which request",
      world: { requests: requestsOf(nTimes(30, (i) => checkout(i, i === 7 ? { outgoing: [] } : {}))) },
      says: [],
    },
  ],
};
