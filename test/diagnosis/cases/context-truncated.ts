import { id, server, trace, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const MEMBERS = ["a=1", "b=2", "c=3", "d=4", "e=5"];
const state = (value: string) => ["tracestate", value] as const;
const baggage = (value: string) => ["baggage", value] as const;

/** Proxies that send on the traceparent as it came, and this instead of the list. */
function throughProxy(before: readonly [string, string], after: readonly (readonly [string, string])[]) {
  return nTimes(3, (i) => {
    const parent = traceparent(i + 1, (i + 1) * 16);
    return forwarded(i, { incoming: [parent, before], outgoing: [parent, ...after] });
  });
}

function throughApplication(before: readonly [string, string], after: readonly (readonly [string, string])[]) {
  return nTimes(3, (i) =>
    checkout(i, {
      incoming: [traceparent(i + 1, (i + 1) * 16), before],
      outgoing: [traceparent(i + 1, (i + 1) * 16 + 2), ...after],
    }),
  );
}

const cutParent = nTimes(3, (i) => forwarded(i, { outgoing: [["traceparent", `00-${trace(i + 1)}-${id((i + 1) * 16)}-01`.slice(0, 48)]] }));
const cutWhole = nTimes(2, (i) => forwarded(i, { incoming: [["traceparent", `00-${trace(i + 1)}-${id(1)}-01`.slice(0, 48)]] }));
const cutState = throughProxy(state(MEMBERS.join(",")), [state("a=1,b=2,c=")]);
/** A sidecar cuts what is longer than 128 characters; every second value is shorter. */
const cutAt128 = nTimes(6, (i) => {
  const parent = traceparent(i + 1, (i + 1) * 16);
  const value = i % 2 === 0 ? `a=1,b=${"v".repeat(200)}` : "a=1,b=2";
  return forwarded(i, { incoming: [parent, state(value)], outgoing: [parent, state(value.slice(0, 128))] });
});
/** From W3C to B3, which has no tracestate. */
const translated = nTimes(3, (i) =>
  forwarded(i, {
    incoming: [traceparent(i + 1, (i + 1) * 16), state("a=1,b=2")],
    outgoing: [["b3", `${trace(i + 1)}-${id((i + 1) * 16)}-1`]],
  }),
);
const droppedState = throughProxy(state("a=1,b=2"), []);
const lastMember = throughProxy(baggage("user=7,plan=gold,region=eu"), [baggage("region=eu")]);
/** 25 characters a member. */
const longState = (members: number) => nTimes(members, (i) => `k${String(i).padStart(2, "0")}=${"v".repeat(20)}`).join(",");

export const contextTruncated: RuleCases = {
  rule: "context-truncated",
  fires: [
    {
      name: "a traceparent of 55 characters goes on with 48",
      world: { requests: requestsOf(cutParent) },
      says: ["error truncated: ingress → orders 3/3, ingress, header-truncated"],
    },
    {
      name: "the same before a service that begins new traces because of it",
      world: {
        requests: requestsOf(cutParent),
        spans: cutParent.map(({ outbound }, i) => server(outbound, { trace: 900 + i, id: 900 + i })),
      },
      says: ["error truncated: ingress → orders 3/3, ingress, header-truncated"],
    },
    {
      name: "a tracestate that was cut in the middle of a member",
      world: { requests: requestsOf(cutState) },
      says: ["error truncated: ingress → orders 3/3, ingress, header-truncated"],
    },
    {
      name: "a proxy sends on the traceparent and drops the tracestate beside it",
      world: { requests: requestsOf(droppedState) },
      says: ["warning truncated: ingress → orders 3/3, ingress, proxy-drops-header"],
    },
    {
      name: "a baggage value that was cut by length, by an application",
      world: { requests: requestsOf(throughApplication(baggage("user=7,note=abcdefgh"), [baggage("user=7,note=abcd")])) },
      says: ["error truncated: frontend → orders 3/3, frontend, header-truncated"],
    },
    {
      name: "a proxy sends on only the last of several members",
      world: { requests: requestsOf(lastMember), spans: lastMember.map(({ spans }) => spans.orders) },
      says: ["error truncated: ingress → orders 3/3, ingress, header-truncated"],
    },
    {
      name: "two lists cut on one exchange are one exchange",
      world: {
        requests: requestsOf(
          nTimes(2, (i) => {
            const parent = traceparent(i + 1, (i + 1) * 16);
            return forwarded(i, {
              incoming: [parent, state("a=11,b=22"), baggage("k=12345678,l=2")],
              outgoing: [parent, state("a=11,b=2"), baggage("k=1234")],
            });
          }),
        ),
      },
      says: ["error truncated: ingress → orders 2/2, ingress, header-truncated"],
    },
    {
      name: "an outside caller cut it, and the proxy passes it on: only the caller is named",
      world: { requests: requestsOf(cutWhole) },
      says: ["warning truncated: client → ingress 2/2, client, header-truncated"],
    },
    {
      name: "values over 128 characters are cut, shorter ones are not",
      world: { requests: requestsOf(cutAt128) },
      says: ["error truncated: ingress → orders 3/6, ingress, header-truncated"],
    },
  ],
  staysQuiet: [
    {
      name: "a proxy that translates to a format without a tracestate",
      world: { requests: requestsOf(translated) },
      says: [],
    },
    {
      name: "baggage in another order: OpenTelemetry Go shuffles it at every hop",
      world: { requests: requestsOf(throughApplication(baggage("a=1,b=2,c=3"), [baggage("c=3,a=1,b=2")])) },
      says: [],
    },
    {
      name: "an application adds a member of its own before the others",
      world: { requests: requestsOf(throughApplication(state("a=1,b=2"), [state("own=x,a=1,b=2")])) },
      says: [],
    },
    {
      name: "an application leaves a whole member out: it may",
      world: { requests: requestsOf(throughApplication(baggage("user=7,plan=gold"), [baggage("plan=gold")])) },
      says: [],
    },
    {
      name: "one line of two joined to one",
      world: { requests: requestsOf(throughProxy(state("a=1,b=2"), [state("a=1"), state("b=2")])) },
      says: ["note truncated: ingress → orders 3/3, nobody, header-truncated"],
    },
    {
      name: "baggage that the next service does not send on at all",
      world: { requests: requestsOf(throughApplication(baggage("user=7"), [])) },
      says: [],
    },
    {
      name: "a capture with a short snaplen lacks the end of the list",
      world: { requests: requestsOf(cutState).map((r) => (r.from === "ingress" ? { ...r, head: "partial" as const } : r)) },
      says: [],
    },
    {
      name: "an application leaves the last member out: it may",
      world: { requests: requestsOf(throughApplication(baggage("user=7,plan=gold"), [baggage("user=7")])) },
      says: [],
    },
    {
      name: "whole members left out on the right of a tracestate of more than 512 characters: W3C allows it",
      world: { requests: requestsOf(throughProxy(state(longState(28)), [state(longState(20))])) },
      says: ["note truncated: client → ingress 3/3, nobody, header-truncated"],
    },
  ],
};
