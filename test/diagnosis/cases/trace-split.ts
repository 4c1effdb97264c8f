import { client, id, internal, request, server, trace, traceparent } from "../build-view.ts";
import { behindIngress, checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const fresh = (i: number) => traceparent(900 + i, 900 + i);
const restarted = nTimes(4, (i) => forwarded(i, { outgoing: [fresh(i)] }));
const lost = nTimes(4, (i) => checkout(i, { outgoing: [fresh(i)] }));
const halved = nTimes(3, (i) =>
  checkout(i, {
    outgoing: [
      ["x-b3-traceid", trace(i + 1).slice(16)],
      ["x-b3-spanid", id((i + 1) * 16 + 2)],
    ],
  }),
);
const short = (i: number) => `a3ce929d0e0e473${i}`;
const padded = nTimes(3, (i) =>
  forwarded(i, {
    incoming: [["b3", `${short(i)}-${id(i + 1)}-1`]],
    outgoing: [["traceparent", `00-${short(i)}${"0".repeat(16)}-${id(i + 1)}-01`]],
  }),
);
const paddedRight = nTimes(3, (i) =>
  forwarded(i, {
    incoming: [["b3", `${short(i)}-${id(i + 1)}-1`]],
    outgoing: [["traceparent", `00-${"0".repeat(16)}${short(i)}-${id(i + 1)}-01`]],
  }),
);
/** Every second request goes through ingress#2, which begins new traces. */
const oneReplica = nTimes(8, (i) =>
  i % 2 === 0 ? forwarded(i, { frontend: "ingress#1" }) : forwarded(i, { frontend: "ingress#2", outgoing: [fresh(i)] }),
);
const secondFormat = nTimes(3, (i) => {
  const came = traceparent(i + 1, (i + 1) * 16);
  return forwarded(i, { incoming: [came], outgoing: [came, ["b3", `${trace(900 + i)}-${id(900 + i)}-1`]] });
});
const decimal = (hex: string) => BigInt(`0x${hex}`).toString();
const datadog = (i: number, span: number): [string, string][] => [
  ["x-datadog-trace-id", decimal(trace(i + 1).slice(16))],
  ["x-datadog-parent-id", decimal(id(span))],
];
/** Datadog's fields beside traceparent: the lower half of the same id, as its tracers send it. */
const bothFormats = nTimes(3, (i) => {
  const span = (i + 1) * 16 + 2;
  return checkout(i, { outgoing: [traceparent(i + 1, span), ...datadog(i, span)] });
});
const halfByFormat = nTimes(3, (i) => checkout(i, { outgoing: datadog(i, (i + 1) * 16 + 2) }));
/** A load balancer adds an id of its own without a parent. */
const balanced = nTimes(3, (i) => {
  const came = traceparent(i + 1, (i + 1) * 16);
  return forwarded(i, { incoming: [came], outgoing: [came, ["x-amzn-trace-id", `Root=1-5759e988-bd862e3fe1be46a99427279${i}`]] });
});
/** An application with two agents: Datadog's begins a trace beside OpenTelemetry's. */
const twoAgents = nTimes(3, (i) => {
  const span = (i + 1) * 16 + 2;
  return checkout(i, { outgoing: [traceparent(i + 1, span), ...datadog(900 + i, 900 + i)] });
});
/** A gRPC client's own binary context beside the one that a mesh writes. */
const binary = (i: number) =>
  Buffer.from(`0000${trace(900 + i)}01${id(900 + i)}0201`, "hex")
    .toString("base64")
    .replace(/=+$/, "");
const binaryBeside = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2), ["grpc-trace-bin", binary(i)]] }));
/** Decimal ids that JavaScript read as numbers. */
const long = (i: number) => 2_921_056_843_272_994_139n + BigInt(i) * 100_000n;
const rounded = nTimes(3, (i) => {
  const ids = (traceId: bigint | string): [string, string][] => [
    ["x-datadog-trace-id", String(traceId)],
    ["x-datadog-parent-id", "77"],
  ];
  return checkout(i, { incoming: ids(long(i)), outgoing: ids(String(Number(long(i)))) });
});
/** frontend restarts on purpose, and what it calls goes on with its own trace. */
const linked = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(900 + i, 950 + i)] }));
const polls = nTimes(10, (i) =>
  request("frontend → stock", { at: i * 1_000 + 40, until: i * 1_000 + 60, target: "/config", fields: [traceparent(800 + i, 800 + i)] }),
);

export const traceSplit: RuleCases = {
  rule: "trace-split",
  fires: [
    {
      name: "a proxy that writes a constant",
      world: { requests: requestsOf(nTimes(6, (i) => forwarded(i, { outgoing: [traceparent(77, 78)] }))) },
      says: ["error split: ingress → orders 6/6, ingress, restarts-trace"],
    },
    {
      name: "calls without the request's context, under sampled requests and one that is not",
      world: {
        requests: [
          ...requestsOf(lost),
          ...lost.map((_, i) =>
            request("client → frontend", { at: i * 1_000 + 5, until: i * 1_000 + 95, fields: [traceparent(600 + i, 1, "00")] }),
          ),
        ],
        spans: lost.flatMap(({ spans, outbound }, i) => [spans.frontend, client(outbound, { trace: 900 + i, id: 900 + i })]),
      },
      says: [
        "error split: frontend → orders 4/4, frontend, goroutine-without-context",
        "note not-sampled: client → frontend 4/8, nobody, unsampled",
      ],
    },
    {
      name: "a proxy sends a fresh trace id",
      world: { requests: requestsOf(restarted) },
      says: ["error split: ingress → orders 4/4, ingress, restarts-trace"],
    },
    {
      name: "an application's CLIENT span is a root although it was serving a request of another trace",
      world: {
        requests: requestsOf(lost),
        spans: lost.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          client(outbound, { trace: 900 + i, id: 900 + i }),
          server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
        ]),
      },
      says: ["error split: frontend → orders 4/4, frontend, goroutine-without-context"],
    },
    {
      name: "without a backend the cause stays open, and where the context came from outside it may be meant so",
      world: { requests: requestsOf(lost) },
      says: ["warning split: frontend → orders 4/4, frontend, unknown"],
    },
    {
      name: "without a backend a new trace may be begun on purpose: it is a warning",
      world: {
        requests: behindIngress(
          (_, came) => [came],
          (i) => [fresh(i)],
        ),
      },
      says: ["warning split: frontend → orders 4/4, frontend, unknown"],
    },
    {
      name: "a 128-bit trace id goes on as its lower 64 bits",
      world: { requests: requestsOf(halved) },
      says: ["error split: frontend → orders 3/3, frontend, trace-id-shortened"],
    },
    {
      name: "a 64-bit trace id is padded on the wrong side",
      world: { requests: requestsOf(padded) },
      says: ["error split: ingress → orders 3/3, ingress, format-translated-wrong"],
    },
    {
      name: "one of two replicas does it: it is named, with its own exchanges",
      world: { requests: requestsOf(oneReplica) },
      says: ["error split: ingress-2 → orders 4/4, ingress-2, one-backend-of-many"],
    },
    {
      name: "a service that gets B3, writes W3C, and begins a trace with it: no spans are needed to see why",
      world: {
        requests: behindIngress(
          (i) => [["b3", `${trace(i + 1)}-${id(16 * (i + 1))}-1`]],
          (i) => [fresh(i)],
        ),
      },
      says: ["error split: frontend → orders 4/4, frontend, format-mismatch"],
    },
    {
      name: "a second format with another trace id beside the right one, and the receiver took it",
      world: {
        requests: requestsOf(secondFormat),
        spans: secondFormat.map(({ outbound }, i) => server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i })),
      },
      says: ["error split: ingress → orders 3/3, ingress, reinjected-by-proxy"],
    },
    {
      name: "the same, and the receiver went on with the right one: a note",
      world: { requests: requestsOf(secondFormat), spans: secondFormat.map(({ spans }) => spans.orders) },
      says: ["note split: ingress → orders 3/3, ingress, reinjected-by-proxy"],
    },
    {
      name: "the same without a backend: nobody knows which one the receiver takes",
      world: { requests: requestsOf(secondFormat) },
      says: ["warning split: ingress → orders 3/3, ingress, reinjected-by-proxy"],
    },
    {
      name: "a proxy that ignores what comes in, and sends it on beside the trace that it records itself",
      world: {
        requests: requestsOf(secondFormat),
        spans: secondFormat.flatMap(({ inbound, spans }, i) => [
          server(inbound, { trace: 900 + i, id: 900 + i, service: "ingress", sdk: "envoy" }),
          spans.orders,
        ]),
      },
      says: [
        "warning split: ingress → orders 3/3, ingress, reinjected-by-proxy",
        "warning ignored: client → ingress 3/3, ingress, restarts-trace",
      ],
    },
    {
      name: "two agents in one application inject two traces, and the receiver took the foreign one",
      world: {
        requests: requestsOf(twoAgents),
        spans: twoAgents.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          spans.call,
          { ...server(outbound, { id: 950 + i, parent: 900 + i }), traceId: `${"0".repeat(16)}${trace(901 + i).slice(16)}` },
        ]),
      },
      says: ["error split: frontend → orders 3/3, frontend, two-injectors"],
    },
    {
      name: "a binary context of another trace beside traceparent, without a backend",
      world: { requests: requestsOf(binaryBeside) },
      says: ["warning split: frontend → orders 3/3, frontend, two-injectors"],
    },
    {
      name: "a proxy gives unsampled requests another trace id",
      world: {
        requests: requestsOf(
          nTimes(3, (i) =>
            forwarded(i, { incoming: [traceparent(i + 1, (i + 1) * 16, "00")], outgoing: [traceparent(900 + i, 900 + i, "00")] }),
          ),
        ),
      },
      says: ["error split: ingress → orders 3/3, ingress, restarts-trace"],
    },
    {
      name: "a decimal id went through a floating-point number",
      world: { requests: requestsOf(rounded) },
      says: ["error split: frontend → orders 3/3, frontend, format-translated-wrong"],
    },
  ],
  staysQuiet: [
    {
      name: "Datadog's decimal half of the same id, beside traceparent",
      world: { requests: requestsOf(bothFormats), spans: bothFormats.flatMap(({ spans }) => Object.values(spans)) },
      says: [],
    },
    { name: "Datadog's half of the id goes out alone", world: { requests: requestsOf(halfByFormat) }, says: [] },
    { name: "a load balancer adds a root id without a parent", world: { requests: requestsOf(balanced) }, says: [] },
    {
      name: "a 64-bit trace id in a wider format, padded with zeros on the left",
      world: { requests: requestsOf(paddedRight) },
      says: [],
    },
    {
      name: "the same context in two formats",
      world: {
        requests: requestsOf(
          nTimes(3, (i) => {
            const came = traceparent(i + 1, (i + 1) * 16);
            return forwarded(i, { incoming: [came], outgoing: [came, ["b3", `${trace(i + 1)}-${id((i + 1) * 16)}-1`]] });
          }),
        ),
      },
      says: [],
    },
    {
      name: "b3 goes on as it came beside x-b3-* of the proxy's own span, as Envoy's Zipkin tracer leaves it",
      world: {
        requests: requestsOf(
          nTimes(3, (i) => {
            const came = ["b3", `${trace(i + 1)}-${id((i + 1) * 16)}-1`] as const;
            const own = [
              ["x-b3-traceid", trace(i + 1)],
              ["x-b3-spanid", id((i + 1) * 16 + 1)],
            ] as const;
            return forwarded(i, { incoming: [came], outgoing: [came, ...own] });
          }),
        ),
      },
      says: [],
    },
    {
      name: "a deliberate restart with a link is a note where it happens, and nothing further on",
      world: {
        requests: requestsOf(linked),
        spans: linked.flatMap(({ inbound, outbound, ids }, i) => [
          server(inbound, { trace: 900 + i, id: 900 + i, links: [{ trace: ids.trace, id: ids.caller }] }),
          client(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
          server(outbound, { trace: 900 + i, id: 980 + i, parent: 950 + i }),
        ]),
      },
      says: ["note ignored: client → frontend 3/3, frontend, restarts-trace"],
    },
    {
      name: "a job begins its own trace while a request is open",
      world: {
        requests: requestsOf(lost),
        spans: lost.flatMap(({ spans, outbound }, i) => [
          spans.frontend,
          internal(outbound, { trace: 900 + i, id: 940 + i }),
          client(outbound, { trace: 900 + i, id: 900 + i, parent: 940 + i }),
          server(outbound, { trace: 900 + i, id: 950 + i, parent: 900 + i }),
        ]),
      },
      says: [],
    },
    {
      name: "the sender was serving requests that cannot be read: the new trace may be theirs",
      world: { requests: requestsOf(lost), unreadable: [{ to: "frontend", protocol: "TLS" }] },
      says: [],
    },
    {
      name: "roots of the sender's own, while it serves nobody",
      world: { requests: nTimes(3, (i) => request("frontend → orders", { at: i * 1_000, fields: [fresh(i)] })) },
      says: [],
    },
    {
      name: "a poll that begins a trace every second, also while nobody is served",
      world: {
        requests: [...lost.slice(0, 3).map(({ inbound }) => inbound), ...polls],
        spans: [...lost.slice(0, 3).map(({ spans }) => spans.frontend), ...polls.map((r, i) => client(r, { trace: 800 + i, id: 800 + i }))],
      },
      says: [],
    },
    {
      name: "B3 that leaves the decision open, translated to W3C",
      world: {
        requests: requestsOf(
          nTimes(3, (i) =>
            checkout(i, {
              incoming: [["b3", `${trace(i + 1)}-${id(i + 1)}`]],
              outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "00")],
            }),
          ),
        ),
      },
      says: [],
    },
    {
      name: "sent on after its request was answered, while requests of other traces are open",
      world: {
        requests: nTimes(4, (i) => [
          request("client → frontend", { at: i * 1_000, until: i * 1_000 + 50, fields: [traceparent(i + 1, 1, "00")] }),
          request("client → frontend", {
            at: i * 1_000 + 60,
            until: i * 1_000 + 200,
            target: "/b",
            fields: [traceparent(i + 100, 2, "00")],
          }),
          request("frontend → orders", {
            at: i * 1_000 + 80,
            until: i * 1_000 + 90,
            target: "/event",
            fields: [traceparent(i + 1, 3, "00")],
          }),
        ]).flat(),
        spans: [],
      },
      says: ["note not-sampled: client → frontend 8/8, nobody, unsampled"],
    },
    {
      name: "roots that were not sampled, while sampled requests are open: an unseen request may have been their cause",
      world: { requests: requestsOf(nTimes(4, (i) => checkout(i, { outgoing: [traceparent(900 + i, 900 + i, "00")] }))) },
      says: [],
    },
  ],
};
