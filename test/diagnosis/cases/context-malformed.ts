import { id, request, server, trace, traceparent } from "../build-view.ts";
import { behindIngress, checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const upperCase = (i: number) => ["traceparent", `00-${trace(i + 1).toUpperCase()}-${id((i + 1) * 16 + 2)}-01`] as const;
const shouted = nTimes(3, (i) => checkout(i, { outgoing: [upperCase(i)] }));
const fromOutside = nTimes(3, (i) => forwarded(i, { incoming: [["traceparent", `00-${trace(i + 1)}-${"0".repeat(16)}-01`]] }));
const repeated = nTimes(3, (i) => {
  const came = traceparent(i + 1, (i + 1) * 16);
  return forwarded(i, { incoming: [came], outgoing: [came, traceparent(i + 1, (i + 1) * 16 + 9)] });
});
const repeatedOutside = nTimes(3, (i) =>
  checkout(i, { incoming: [traceparent(i + 1, (i + 1) * 16), traceparent(i + 1, (i + 1) * 16 + 9)] }),
);

export const contextMalformed: RuleCases = {
  rule: "context-malformed",
  fires: [
    {
      name: "who refuses it begins a trace rightly: that is no fault of its own",
      world: {
        requests: behindIngress(
          (i, came) => [came, traceparent(900 + i, 900 + i)],
          (i) => [traceparent(950 + i, 950 + i)],
        ),
      },
      says: ["error malformed: ingress → frontend 4/4, ingress, header-duplicated"],
    },
    {
      name: "a proxy that rewrites paths passes on what was malformed when it came, several at a time",
      world: {
        requests: nTimes(4, (i) => [
          request("client → ingress", { at: i * 10, target: `/api/${i}`, fields: [upperCase(i)] }),
          request("ingress → orders", { at: i * 10 + 5, until: i * 10 + 60, target: `/v1/${i}`, fields: [upperCase(i)] }),
        ]).flat(),
      },
      says: ["warning malformed: client → ingress 4/4, client, header-malformed"],
    },
    {
      name: "an application writes upper-case hex",
      world: { requests: requestsOf(shouted) },
      says: ["error malformed: frontend → orders 3/3, frontend, header-malformed"],
    },
    {
      name: "the same, and the receiver begins new traces: one fault, not two",
      world: {
        requests: requestsOf(shouted),
        spans: shouted.flatMap(({ spans, outbound }, i) => [spans.frontend, spans.call, server(outbound, { trace: 900 + i, id: 900 + i })]),
      },
      says: ["error malformed: frontend → orders 3/3, frontend, header-malformed"],
    },
    {
      name: "a proxy appends a second traceparent to the one that came in",
      world: { requests: requestsOf(repeated) },
      says: ["error malformed: ingress → orders 3/3, ingress, header-duplicated"],
    },
    {
      name: "a proxy does both, each on its own route: two faults, each with its own fix",
      world: {
        requests: requestsOf(
          nTimes(6, (i) =>
            i < 4
              ? forwarded(i, { outgoing: [upperCase(i)], target: `/match/${i}` })
              : forwarded(i, { outgoing: [traceparent(i + 1, (i + 1) * 16), traceparent(i + 1, (i + 1) * 16 + 9)], target: `/chat/${i}` }),
          ),
        ),
      },
      says: [
        "error malformed: ingress → orders 4/6, ingress, header-malformed",
        "error malformed: ingress → orders 2/6, ingress, header-duplicated",
      ],
    },
    {
      name: "two values in one line",
      world: {
        requests: requestsOf(
          nTimes(3, (i) => {
            const [name, value] = traceparent(i + 1, (i + 1) * 16);
            return forwarded(i, { incoming: [[name, value]], outgoing: [[name, `${value}, ${value}`]] });
          }),
        ),
      },
      says: ["error malformed: ingress → orders 3/3, ingress, header-duplicated"],
    },
    {
      name: "malformed from outside, and the receiver began new traces: a warning, and nobody else's fault",
      world: {
        requests: fromOutside.map(({ inbound }) => inbound),
        spans: fromOutside.map(({ inbound }, i) => server(inbound, { trace: 900 + i, id: 900 + i })),
      },
      says: ["warning malformed: client → ingress 3/3, client, header-malformed"],
    },
    {
      name: "malformed from outside, and the proxy passes it on: only who wrote it is named",
      world: { requests: requestsOf(fromOutside) },
      says: ["warning malformed: client → ingress 3/3, client, header-malformed"],
    },
    {
      name: "two lines from outside, of which the receiver took one: a note",
      world: {
        requests: repeatedOutside.map(({ inbound }) => inbound),
        spans: repeatedOutside.map(({ spans }) => spans.frontend),
      },
      says: ["note malformed: client → frontend 3/3, client, header-duplicated"],
    },
    {
      name: "B3 without a span id",
      world: { requests: requestsOf(nTimes(3, (i) => checkout(i, { outgoing: [["x-b3-traceid", trace(i + 1)]] }))) },
      says: ["error malformed: frontend → orders 3/3, frontend, header-malformed"],
    },
    {
      name: "an empty parent id of B3 that was copied as it was",
      world: {
        requests: requestsOf(
          nTimes(3, (i) => {
            const ids = [
              ["x-b3-traceid", trace(i + 1)],
              ["x-b3-spanid", id((i + 1) * 16)],
            ] as const;
            return forwarded(i, { incoming: ids, outgoing: [...ids, ["x-b3-parentspanid", ""]] });
          }),
        ),
      },
      says: ["error malformed: ingress → orders 3/3, ingress, header-malformed"],
    },
  ],
  staysQuiet: [
    {
      name: "a higher version with more fields is read as version 00",
      world: {
        requests: requestsOf(
          nTimes(3, (i) => forwarded(i, { incoming: [["traceparent", `cc-${trace(i + 1)}-${id((i + 1) * 16)}-01-what`]] })),
        ),
      },
      says: ["note ignored: client → ingress 3/3, nobody, format-mismatch"],
    },
    {
      name: "flags 03: the random flag of Level 2",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i, { incoming: [traceparent(i + 1, (i + 1) * 16, "03")] }))) },
      says: ["note ignored: client → ingress 3/3, nobody, format-mismatch"],
    },
    {
      name: "the name in another case, and spaces around the value",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i, { outgoing: [["Traceparent", ` ${traceparent(i + 1, (i + 1) * 16)[1]} `]] }))),
      },
      says: [],
    },
    {
      name: "an empty tracestate, which Envoy sends where there was none",
      world: {
        requests: requestsOf(nTimes(3, (i) => forwarded(i, { outgoing: [traceparent(i + 1, (i + 1) * 16), ["tracestate", ""]] }))),
      },
      says: [],
    },
  ],
};
