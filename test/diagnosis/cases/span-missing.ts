import { client, id, request, server, trace, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

/** Of six calls orders records those to /stock/*, and none of those to /search. */
const someRoutes = nTimes(6, (i) => checkout(i, i < 2 ? { target: "/search" } : {}));
const withoutSearch = someRoutes.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i < 2 ? [] : [spans.orders])]);
const refused = (status: number) =>
  nTimes(4, (i) => {
    const made = checkout(i, i < 2 ? { status } : {});
    return i < 2 ? { ...made, outbound: { ...made.outbound, headLength: 20_000 } } : made;
  });
const recordedFrom = (calls: ReturnType<typeof refused>) =>
  calls.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i < 2 ? [] : [spans.orders])]);
const switched = nTimes(4, (i) => checkout(i, i < 2 ? { status: 101 } : {}));
/** The same over gRPC, whose HTTP status is 200. */
const exhausted = refused(200).map((made, i) => ({
  ...made,
  outbound: { ...made.outbound, method: "POST", target: "/shop.Orders/Get", grpcStatus: i < 2 ? 8 : 0 },
}));
/** One CLIENT span, one traceparent, three tries; the last one reached the application. */
const tries = nTimes(3, (i) =>
  request("frontend → orders", { at: i * 200, status: i < 2 ? 503 : 200, target: "/stock/1", fields: [traceparent(1, 2)] }),
);
const rootless = nTimes(4, (i) => request("client → orders", { at: i * 1_000, target: `/stock/${i}`, fields: [] }));

/** Of twelve calls orders records those to /stock/*, and none of those to /search. */
const manyRoutes = nTimes(12, (i) => checkout(i, i % 3 === 0 ? { target: "/search" } : {}));
const withoutRoute = manyRoutes.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i % 3 === 0 ? [] : [spans.orders])]);
/** The same at frontend, whose calls for /pay begin with their CLIENT spans. */
const unserved = nTimes(12, (i) => {
  const made = checkout(i, i % 3 === 0 ? { outgoing: [traceparent(900 + i, 900 + i)], target: "/pay" } : {});
  return i % 3 === 0 ? { ...made, inbound: { ...made.inbound, target: "/pay" } } : made;
});
const spansOfUnserved = unserved.flatMap(({ spans, outbound }, i) =>
  i % 3 === 0
    ? [client(outbound, { trace: 900 + i, id: 900 + i }), server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i })]
    : [spans.frontend, spans.call, spans.orders],
);
/** frontend serves its first five requests before there is an SDK. */
const early = nTimes(15, (i) => checkout(i, i < 5 ? { outgoing: [] } : {}));
const spansAfterStart = early.flatMap(({ spans, outbound }, i) =>
  i < 5 ? [server(outbound, { trace: 900 + i, id: 900 + i })] : [spans.frontend, spans.call, spans.orders],
);
/** The first five SERVER spans of frontend were made, since calls name their children, and lost. */
const lostEarly = nTimes(15, (i) => checkout(i));
/** The first two calls say that they are sampled in Datadog's fields only. */
const disagreeing = nTimes(6, (i) => {
  const [own, span] = [i + 1, (i + 1) * 16 + 2];
  const datadog = [
    ["x-datadog-trace-id", BigInt(`0x${trace(own).slice(16)}`).toString()],
    ["x-datadog-parent-id", BigInt(`0x${id(span)}`).toString()],
    ["x-datadog-sampling-priority", "1"],
  ] as const;
  return checkout(i, i < 2 ? { outgoing: [traceparent(own, span, "00"), ...datadog] } : {});
});
const recorded = (calls: typeof disagreeing) => calls.flatMap(({ spans }, i) => (i < 2 ? [spans.frontend] : Object.values(spans)));
const leftUnsampled = nTimes(6, (i) => checkout(i, i < 2 ? { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "00")] } : {}));

export const spanMissing: RuleCases = {
  rule: "span-missing",
  fires: [
    {
      name: "good bytes, and the receiver left no SERVER span on one of its routes",
      world: { requests: requestsOf(someRoutes), spans: withoutSearch },
      says: ["error unrecorded: frontend → orders 2/6, orders, unknown"],
    },
    {
      name: "whole routes of a service that makes no calls have no SERVER span, others have all",
      world: { requests: requestsOf(manyRoutes), spans: withoutRoute },
      says: ["error unrecorded: frontend → orders 4/12, orders, middleware-missing"],
    },
    {
      name: "whole routes have no SERVER span, and what they call begins with a CLIENT span: registered before the middleware",
      world: { requests: requestsOf(unserved), spans: spansOfUnserved },
      says: [
        "error split: frontend → orders 4/12, frontend, middleware-order",
        "error unrecorded: client → frontend 4/12, frontend, middleware-order",
      ],
    },
    {
      name: "only the first requests of a service have no span, and it sends nothing on: it began before its instrumentation",
      world: { requests: requestsOf(early), spans: spansAfterStart },
      says: [
        "error stripped: frontend → orders 5/15, frontend, started-before-instrumentation",
        "error unrecorded: client → frontend 5/15, frontend, started-before-instrumentation",
      ],
    },
    {
      name: "only the first spans are missing, but they were made: their calls go on in the trace",
      world: {
        requests: requestsOf(lostEarly),
        spans: lostEarly.flatMap(({ spans }, i) => (i < 5 ? [spans.call, spans.orders] : [spans.frontend, spans.call, spans.orders])),
      },
      says: ["error unrecorded: client → frontend 5/15, frontend, unknown"],
    },
    {
      name: "requests without a context on that route count with it: none of them has a span",
      world: {
        requests: [...requestsOf(someRoutes), request("frontend → orders", { at: 9_000, target: "/search" })],
        spans: withoutSearch,
      },
      says: ["error unrecorded: frontend → orders 3/7, orders, unknown"],
    },
    {
      name: "a load balancer goes on in the trace with a span id that no backend has: it records elsewhere, or nowhere",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 9)] }))),
        spans: nTimes(3, (i) => server(forwarded(i).outbound, { trace: i + 1, id: (i + 1) * 16 + 3, parent: (i + 1) * 16 + 9 })),
      },
      says: ["error unrecorded: client → ingress 3/3, ingress, unknown"],
    },
    {
      name: "the receiver refuses the request head as too large with 431",
      world: { requests: requestsOf(refused(431)), spans: recordedFrom(refused(431)) },
      says: ["error unrecorded: frontend → orders 2/4, orders, header-too-large"],
    },
    {
      name: "the receiver refuses a head of 20 kB with 400, as nginx does",
      world: { requests: requestsOf(refused(400)), spans: recordedFrom(refused(400)) },
      says: ["error unrecorded: frontend → orders 2/4, orders, header-too-large"],
    },
    {
      name: "the receiver refuses gRPC metadata of 20 kB with RESOURCE_EXHAUSTED",
      world: { requests: requestsOf(exhausted), spans: recordedFrom(exhausted) },
      says: ["error unrecorded: frontend → orders 2/4, orders, header-too-large"],
    },
    {
      name: "a proxy without spans refuses the request head, and no backend is asked: a warning",
      world: { requests: nTimes(3, (i) => request("client → ingress", { at: i * 1_000, status: 431, fields: [traceparent(i + 1, 1)] })) },
      says: ["warning unrecorded: client → ingress 3/3, ingress, header-too-large"],
    },
    {
      name: "the same, handed back by the proxy in front: who refused it is named",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i, { status: 431 }))) },
      says: ["warning unrecorded: ingress → orders 3/3, orders, header-too-large"],
    },
  ],
  staysQuiet: [
    {
      name: "one of two contexts says that it is not sampled: which the receiver took is not known",
      world: { requests: requestsOf(disagreeing), spans: recorded(disagreeing) },
      says: ["error not-sampled: frontend → orders 2/6, frontend, sampled-flag-changed"],
    },
    {
      name: "the receiver sends on unsampled what came in sampled: it records nothing, and that is the fault, told as such",
      world: { requests: requestsOf(leftUnsampled), spans: leftUnsampled.flatMap(({ spans }, i) => (i < 2 ? [] : Object.values(spans))) },
      says: [
        "error not-sampled: frontend → orders 2/6, frontend, sampled-flag-changed",
        "warning not-sampled: client → frontend 2/6, frontend, sampled-flag-changed",
      ],
    },
    {
      name: "a connection that became a WebSocket, of which no instrumentation makes a SERVER span",
      world: { requests: requestsOf(switched), spans: recordedFrom(switched) },
      says: [],
    },
    {
      name: "a request without a context is refused for its size",
      world: { requests: [request("client → ingress", { status: 431 })] },
      says: [],
    },
    {
      name: "a service that records nothing at all is not instrumented",
      world: {
        requests: requestsOf(nTimes(3, (i) => checkout(i))),
        spans: nTimes(3, (i) => checkout(i)).flatMap(({ spans }) => [spans.frontend, spans.call]),
      },
      says: [],
    },
    {
      name: "a proxy without spans that passes the context on",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))), spans: nTimes(3, (i) => forwarded(i).spans.orders) },
      says: [],
    },
    {
      name: "tries of one call with the same traceparent, of which one was recorded",
      world: {
        requests: tries,
        spans: [client(tries[0]!, { trace: 1, id: 2 }), server(tries[2]!, { trace: 1, id: 3, parent: 2 })],
      },
      says: [],
    },
    {
      name: "traces that could not be looked up",
      world: { requests: requestsOf(someRoutes), spans: withoutSearch, backend: { isLookedUp: () => false } },
      says: [],
    },
    {
      name: "requests that carry no context and have no span: the service may have sampled them away",
      world: { requests: rootless, spans: rootless.slice(0, 2).map((r, i) => server(r, { trace: 700 + i, id: 700 + i })) },
      says: [],
    },
    {
      name: "health checks, which are not recorded",
      world: {
        requests: [
          ...requestsOf(nTimes(3, (i) => checkout(i))),
          ...nTimes(3, (i) => request("client → orders", { at: 10_000 + i, target: "/healthz", fields: [traceparent(600 + i, 600)] })),
        ],
        spans: nTimes(3, (i) => checkout(i)).flatMap(({ spans }) => [spans.frontend, spans.call, spans.orders]),
      },
      says: [],
    },
    {
      name: "only the newest exchanges have no span yet: they may be on their way",
      world: {
        requests: requestsOf(nTimes(6, (i) => checkout(i))),
        spans: nTimes(6, (i) => checkout(i)).flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i < 4 ? [spans.orders] : [])]),
      },
      says: ["note unrecorded: frontend → orders 2/6, orders, unknown"],
    },
  ],
};
