import { traceparent } from "../build-view.ts";
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
