import { client, id, request, server, trace, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const calls = nTimes(4, (i) => checkout(i));
/** orders begins traces of its own, whatever comes in. */
const ignoring = calls.flatMap(({ spans, outbound }, i) => [spans.frontend, spans.call, server(outbound, { trace: 900 + i, id: 900 + i })]);
/** ingress is a proxy with spans; frontend sends W3C, and orders reads B3 from everybody else. */
const oneFormat = nTimes(3, (i) => checkout(i));
const otherCallers = nTimes(3, (i) =>
  request("stock → orders", { at: 20_000 + i * 1_000, target: `/b3/${i}`, fields: [["b3", `${trace(500 + i)}-${id(500 + i)}-1`]] }),
);
const restarting = nTimes(3, (i) => forwarded(i, { outgoing: [traceparent(900 + i, 900 + i)] }));

const many = nTimes(30, (i) => checkout(i));

const otelhttp = "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp";
/** orders ignores what is spelt as Go does, or as `name` says; `scope` made its spans. */
const spelt = (name: (i: number) => string, scope: string, isIgnored = (_: number) => true, language?: string) => {
  const made = nTimes(6, (i) => checkout(i, { outgoing: [[name(i), traceparent(i + 1, (i + 1) * 16 + 2)[1]]] }));
  return {
    requests: requestsOf(made),
    spans: made.flatMap(({ spans, outbound }, i) => [
      spans.frontend,
      spans.call,
      isIgnored(i)
        ? server(outbound, { trace: 900 + i, id: 900 + i, scope, ...(language !== undefined && { language }) })
        : { ...spans.orders, scope },
    ]),
  };
};
/** orders, with otelhttp, takes no context and sends its own to stock. */
const sendingOn = (() => {
  const { requests, spans } = spelt(() => "Traceparent", otelhttp);
  const onward = nTimes(6, (i) =>
    request("orders → stock", { at: i * 1_000 + 30, until: i * 1_000 + 60, target: `/s/${i}`, fields: [traceparent(900 + i, 950 + i)] }),
  );
  const own = onward.map((r, i) => client(r, { trace: 900 + i, id: 950 + i, parent: 900 + i }));
  return { requests: [...requests, ...onward], spans: [...spans, ...own] };
})();
const mixed = (i: number) => (i % 2 === 0 ? "Traceparent" : "traceparent");
/** orders is Go, and gets flags that it rejects. */
const flagged = (flags: string) => {
  const made = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, flags)] }));
  const go = { language: "go", sdkVersion: "1.47.0", scope: otelhttp };
  return {
    requests: requestsOf(made),
    spans: made.flatMap(({ spans, outbound }, i) => [spans.frontend, spans.call, server(outbound, { trace: 900 + i, id: 900 + i, ...go })]),
  };
};
const encoded = nTimes(3, (i) => checkout(i, { outgoing: [["uber-trace-id", `${trace(i + 1)}%3A${id((i + 1) * 16 + 2)}%3A0%3A1`]] }));
const later = nTimes(3, (i) =>
  forwarded(i, {
    incoming: [["traceparent", `01-${trace(i + 1)}-${id((i + 1) * 16)}-01`]],
    outgoing: [traceparent(900 + i, 900 + i)],
  }),
);
/** frontend writes B3 to orders, which makes no calls and joins nothing. */
const b3 = nTimes(3, (i) => checkout(i, { outgoing: [["b3", `${trace(i + 1)}-${id((i + 1) * 16 + 2)}-1`]] }));

export const contextIgnored: RuleCases = {
  rule: "context-ignored",
  fires: [
    {
      name: "one SERVER span of many lies in another trace, and its connection, of which nothing is lost, tells whose it is",
      world: {
        requests: requestsOf(many),
        spans: many.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          spans.call,
          i === 7 ? server(outbound, { trace: 900, id: 900 }) : spans.orders,
        ]),
      },
      says: ["error ignored: frontend → orders 1/30, orders, unknown"],
    },
    {
      name: "good bytes, and the receiver's SERVER span lies in another trace",
      world: { requests: requestsOf(calls), spans: ignoring },
      says: ["error ignored: frontend → orders 4/4, orders, unknown"],
    },
    {
      name: "the receiver reads B3 and gets W3C",
      world: {
        requests: [...requestsOf(oneFormat), ...otherCallers],
        spans: [
          ...oneFormat.flatMap(({ spans, outbound }, i) => [spans.frontend, spans.call, server(outbound, { trace: 900 + i, id: 900 + i })]),
          ...otherCallers.map((r, i) => server(r, { trace: 500 + i, id: 700 + i, parent: 500 + i })),
        ],
      },
      says: ["error ignored: frontend → orders 3/3, orders, format-mismatch"],
    },
    {
      name: "B3 comes, and nothing was ever seen of what the receiver reads: SDKs read W3C where nothing else is set",
      world: {
        requests: requestsOf(b3),
        spans: b3.flatMap(({ spans, outbound }, i) => [spans.frontend, spans.call, server(outbound, { trace: 900 + i, id: 900 + i })]),
      },
      says: ["error ignored: frontend → orders 3/3, orders, format-mismatch"],
    },
    {
      name: "one spelling of the name is ignored, the other is joined",
      world: spelt(mixed, otelhttp, (i) => i % 2 === 0),
      says: ["error ignored: frontend → orders 3/6, orders, header-case"],
    },
    {
      name: "every name is spelt with a capital, and hand-written middleware joins none of them",
      world: spelt(() => "Traceparent", "shop/middleware"),
      says: ["error ignored: frontend → orders 6/6, orders, header-case"],
    },
    {
      name: "hand-written middleware in Go joins none, however they are spelt",
      world: spelt(() => "traceparent", "shop/middleware", undefined, "go"),
      says: ["error ignored: frontend → orders 6/6, orders, header-case"],
    },
    {
      name: "the same, but its instrumentation is known to look names up without regard to case: its propagator is another, or none",
      world: spelt(() => "Traceparent", otelhttp),
      says: ["error ignored: frontend → orders 6/6, orders, format-mismatch"],
    },
    {
      name: "the same, made by what others publish for a framework",
      world: spelt(() => "Traceparent", "github.com/riandyrn/otelchi"),
      says: ["error ignored: frontend → orders 6/6, orders, format-mismatch"],
    },
    {
      name: "the same, and it sends the format that it ignores: its propagator is the right one",
      world: sendingOn,
      says: ["error ignored: frontend → orders 6/6, orders, unknown"],
    },
    {
      name: "both spellings are ignored: the case is not why",
      world: spelt(mixed, "shop/middleware"),
      says: ["error ignored: frontend → orders 6/6, orders, unknown"],
    },
    {
      name: "an encoded uber-trace-id before an SDK that does not decode it",
      world: {
        requests: requestsOf(encoded),
        spans: encoded.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          spans.call,
          server(outbound, { trace: 900 + i, id: 900 + i, language: "python", scope: "opentelemetry.instrumentation.flask" }),
        ]),
      },
      says: ["error ignored: frontend → orders 3/3, orders, format-mismatch"],
    },
    {
      name: "a proxy's module reads version 00 only: it did not restart on purpose",
      world: {
        requests: requestsOf(later),
        spans: later.flatMap(({ inbound, outbound }, i) => [
          server(inbound, { trace: 900 + i, id: 900 + i, sdk: "nginx" }),
          server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
        ]),
      },
      says: ["warning ignored: client → ingress 3/3, ingress, format-mismatch"],
    },
    {
      name: "flags that W3C allows and this SDK rejects",
      world: flagged("05"),
      says: ["error ignored: frontend → orders 3/3, orders, format-mismatch"],
    },
    {
      name: "the context of an outside caller is ignored: a warning, since it may be the edge of the system",
      world: {
        requests: calls.map(({ inbound }) => inbound),
        spans: calls.map(({ inbound }, i) => server(inbound, { trace: 900 + i, id: 900 + i })),
      },
      says: ["warning ignored: client → frontend 4/4, frontend, unknown"],
    },
    {
      name: "a proxy with spans of its own begins a new trace and sends that one on",
      world: {
        requests: requestsOf(restarting),
        spans: restarting.flatMap(({ inbound, outbound }, i) => [
          server(inbound, { trace: 900 + i, id: 900 + i, sdk: "nginx" }),
          server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
        ]),
      },
      says: ["warning ignored: client → ingress 3/3, ingress, restarts-trace"],
    },
    {
      name: "the receiver keeps only the lower 64 bits of the trace id",
      world: {
        requests: requestsOf(calls),
        spans: calls.flatMap(({ spans, ids }) => [
          spans.frontend,
          spans.call,
          { ...spans.orders, traceId: `${"0".repeat(16)}${trace(ids.trace).slice(16)}` },
        ]),
      },
      says: ["error ignored: frontend → orders 4/4, orders, trace-id-shortened"],
    },
  ],
  staysQuiet: [
    {
      name: "every span where it belongs",
      world: { requests: requestsOf(calls), spans: calls.flatMap(({ spans }) => [spans.frontend, spans.call, spans.orders]) },
      says: [],
    },
    {
      name: "a deliberate restart with a link to the caller's trace: a note",
      world: {
        requests: requestsOf(calls),
        spans: calls.flatMap(({ spans, outbound, ids }, i) => [
          spans.frontend,
          spans.call,
          server(outbound, { trace: 900 + i, id: 900 + i, links: [{ trace: ids.trace, id: ids.call }] }),
        ]),
      },
      says: ["note ignored: frontend → orders 4/4, orders, restarts-trace"],
    },
    {
      name: "the parent span of an outside caller is in no backend",
      world: { requests: calls.map(({ inbound }) => inbound), spans: calls.map(({ spans }) => spans.frontend) },
      says: [],
    },
    {
      name: "CLIENT and SERVER span share one id, as B3 lets them",
      world: {
        requests: requestsOf(nTimes(3, (i) => checkout(i, { outgoing: [["b3", `${trace(i + 1)}-${id((i + 1) * 16 + 2)}-1`]] }))),
        spans: nTimes(3, (i) => checkout(i)).flatMap(({ spans, ids, outbound }) => [
          spans.frontend,
          spans.call,
          server(outbound, { trace: ids.trace, id: ids.call, parent: ids.frontend }),
        ]),
      },
      says: [],
    },
    {
      name: "two contexts in one request, and the receiver goes on with one of them",
      world: {
        requests: calls.map(({ inbound, ids }) => ({
          ...inbound,
          fields: [...inbound.fields, ["b3", `${trace(800 + ids.trace)}-${id(800)}-1`] as const],
        })),
        spans: calls.map(({ spans }) => spans.frontend),
      },
      says: [],
    },
    {
      name: "bad bytes: who wrote them is named, not who could not read them",
      world: {
        requests: requestsOf(nTimes(3, (i) => checkout(i, { outgoing: [["traceparent", "00-zz"]] }))),
        spans: ignoring,
      },
      says: ["error malformed: frontend → orders 3/3, frontend, header-malformed"],
    },
    {
      name: "without a backend nobody knows what the receiver did",
      world: { requests: requestsOf(calls) },
      says: [],
    },
    {
      name: "one SERVER span of many lies in another trace, and only its connection tells whose it is: a request of it may be lost",
      world: {
        missing: 300,
        requests: requestsOf(many),
        spans: many.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          spans.call,
          i === 7 ? server(outbound, { trace: 900, id: 900 }) : spans.orders,
        ]),
      },
      says: [],
    },
  ],
};
