import { client, request, server, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const flipped = (before: string, after: string) =>
  nTimes(3, (i) => {
    const span = (i + 1) * 16;
    return forwarded(i, { incoming: [traceparent(i + 1, span, before)], outgoing: [traceparent(i + 1, span, after)] });
  });
const changedByApplication = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "00")] }));
/** The first two are not sampled by the caller, and every hop leaves it at that. */
const someUnsampled = nTimes(5, (i) =>
  i < 2
    ? checkout(i, { incoming: [traceparent(i + 1, (i + 1) * 16, "00")], outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "00")] })
    : checkout(i),
);
const recorded = someUnsampled.slice(2).flatMap(({ spans }) => [spans.frontend, spans.call, spans.orders]);

/** orders decides by itself: of seven requests that came in sampled it records the last three; for the first three it also asks stock. */
const sampledHere = nTimes(7, (i) => checkout(i));
const askedUnsampled = nTimes(3, (i) =>
  request("orders → stock", { at: 1_000 * i + 30, until: 1_000 * i + 60, target: "/shelf", fields: [traceparent(i + 1, 90 + i, "00")] }),
);
/** One call of seven with another flag, and spans of others lost whose own calls are sampled. */
const sampledCalls = nTimes(3, (i) =>
  request("orders → stock", {
    at: 1_000 * i + 30,
    until: 1_000 * i + 60,
    target: "/shelf",
    fields: [traceparent(i + 1, 90 + i, i === 0 ? "00" : "01")],
  }),
);
/** client → ingress, which copies; nothing is sampled, and only orders would have recorded. */
const unsampledBehindProxy = nTimes(5, (i) => {
  const context = traceparent(i + 1, (i + 1) * 16, i < 2 ? "00" : "01");
  return forwarded(i, { incoming: [context], outgoing: [context] });
});
/** client → frontend → ingress → orders, where ingress copies; the first two are not sampled. */
const proxyBetween = nTimes(5, (i) => {
  const [at, flags, span] = [1_000 * i, i < 2 ? "00" : "01", 16 * i + 1];
  const goesOn = { target: `/stock/${i}`, fields: [traceparent(i + 1, span + 1, flags)] };
  const came = request("client → frontend", { at, until: at + 100, target: `/cart/${i}`, fields: [traceparent(i + 1, span, flags)] });
  const asked = request("frontend → ingress", { at: at + 10, until: at + 90, ...goesOn });
  const passedOn = request("ingress → orders", { at: at + 20, until: at + 80, ...goesOn });
  const spans = [
    server(came, { trace: i + 1, id: span + 2, parent: span }),
    client(asked, { trace: i + 1, id: span + 1, parent: span + 2 }),
    server(passedOn, { trace: i + 1, id: span + 3, parent: span + 1 }),
  ];
  return { requests: [came, asked, passedOn], spans: i < 2 ? [] : spans };
});
/** Two requests of one trace at once, not sampled, and a call for one of them. */
const twoAtOnce = nTimes(5, (i) => {
  if (i >= 2) return { requests: requestsOf([checkout(i)]), spans: Object.values(checkout(i).spans) };
  const [at, fields] = [1_000 * i, [traceparent(i + 1, 16 * i + 1, "00")]];
  const came = [0, 1].map((n) => request("client → frontend", { at: at + n, until: at + 200, target: `/cart/${n}`, fields }));
  const call = request("frontend → orders", {
    at: at + 20,
    until: at + 80,
    target: "/stock",
    fields: [traceparent(i + 1, 16 * i + 9, "00")],
  });
  return { requests: [...came, call], spans: [] };
});
/** A service that begins the trace, records it, and sends it on unsampled. */
const begunSampled = nTimes(3, (i) => checkout(i, { incoming: [], outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "00")] }));

export const notSampled: RuleCases = {
  rule: "not-sampled",
  fires: [
    {
      name: "a proxy clears the sampled flag",
      world: { requests: requestsOf(flipped("01", "00")) },
      says: ["error not-sampled: ingress → orders 3/3, ingress, sampled-flag-changed"],
    },
    {
      name: "an application clears it",
      world: { requests: requestsOf(changedByApplication) },
      says: ["error not-sampled: frontend → orders 3/3, frontend, sampled-flag-changed"],
    },
    {
      name: "a proxy sets it: a warning, since nothing is lost",
      world: { requests: requestsOf(flipped("00", "01")) },
      says: ["warning not-sampled: ingress → orders 3/3, ingress, sampled-flag-changed"],
    },
    {
      name: "unsampled traces are absent by right: a note, told once where the decision comes in",
      world: { requests: requestsOf(someUnsampled), spans: recorded },
      says: ["note not-sampled: client → frontend 2/5, nobody, unsampled"],
    },
    {
      name: "a service samples by itself: its calls show it for three requests, and those for another",
      world: {
        requests: [...requestsOf(sampledHere), ...askedUnsampled],
        spans: sampledHere.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i < 4 ? [] : [spans.orders])]),
      },
      says: [
        "error not-sampled: orders → stock 3/3, orders, sampled-flag-changed",
        "warning not-sampled: frontend → orders 4/7, orders, sampled-flag-changed",
      ],
    },
    {
      name: "one changed flag does not explain spans that are lost otherwise",
      world: {
        requests: [...requestsOf(sampledHere), ...sampledCalls],
        spans: sampledHere.flatMap(({ spans }, i) => [spans.frontend, spans.call, ...(i < 3 ? [] : [spans.orders])]),
      },
      says: [
        "error not-sampled: orders → stock 1/3, orders, sampled-flag-changed",
        "error unrecorded: frontend → orders 2/7, orders, unknown",
        "warning not-sampled: frontend → orders 1/7, orders, sampled-flag-changed",
      ],
    },
    {
      name: "a trace that the sender began is recorded, and goes on unsampled",
      world: {
        requests: requestsOf(begunSampled),
        spans: begunSampled.map(
          ({
            spans: {
              frontend: { parentSpanId: _, ...root },
            },
          }) => root,
        ),
      },
      says: ["error not-sampled: frontend → orders 3/3, frontend, sampled-flag-changed"],
    },
    {
      name: "unsampled traces go on through a proxy without spans: told where they came in",
      world: { requests: proxyBetween.flatMap(({ requests }) => requests), spans: proxyBetween.flatMap(({ spans }) => spans) },
      says: ["note not-sampled: client → frontend 2/5, nobody, unsampled"],
    },
    {
      name: "unsampled, and several requests of the trace were open: told where they came in",
      world: { requests: twoAtOnce.flatMap(({ requests }) => requests), spans: twoAtOnce.flatMap(({ spans }) => spans) },
      says: ["note not-sampled: client → frontend 4/7, nobody, unsampled"],
    },
    {
      name: "unsampled traces come through a proxy without spans: told where the first that records takes them",
      world: { requests: requestsOf(unsampledBehindProxy), spans: unsampledBehindProxy.slice(2).map(({ spans }) => spans.orders) },
      says: ["note not-sampled: ingress → orders 2/5, nobody, unsampled"],
    },
  ],
  staysQuiet: [
    {
      name: "the flag goes on as it came",
      world: { requests: requestsOf(flipped("01", "01")) },
      says: [],
    },
    {
      name: "the random flag of Level 2 goes missing",
      world: { requests: requestsOf(flipped("03", "01")) },
      says: ["note ignored: client → ingress 3/3, nobody, format-mismatch"],
    },
    {
      name: "the random flag of Level 2 comes in",
      world: { requests: requestsOf(flipped("00", "02")) },
      says: ["note ignored: ingress → orders 3/3, nobody, format-mismatch"],
    },
    {
      name: "unsampled, and no backend was asked",
      world: { requests: requestsOf(someUnsampled) },
      says: [],
    },
  ],
};
