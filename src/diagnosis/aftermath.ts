// What became of the calls that a request caused: they tell a SERVER span that was made and lost from one that was never made.

import type { Hop } from "../hops/hop.ts";
import { isSameTrace } from "../propagation/same-trace.ts";
import type { Aftermath } from "./judgement.ts";

/** Undefined where no call of it is known, or a proxy passed its context on. */
export function aftermathOf(request: Hop, calls: readonly Hop[]): Aftermath | undefined {
  const seen = calls
    .filter(({ purpose, observed }) => purpose === "work" && observed === "full")
    .map((call) => aftermathOfCall(request, call));
  return order.find((what) => seen.includes(what));
}

/** One call that shows more than others counts: a goroutine may send nothing beside a call that names its span. */
const order: readonly Aftermath[] = ["span made", "new trace", "nothing"];

function aftermathOfCall(request: Hop, call: Hop): Aftermath | undefined {
  const came = request.reading.identities;
  const went = call.reading.identities;
  if (went.length === 0) return "nothing";
  const own = went.find(({ traceId }) => came.some((id) => id.traceId === traceId));
  if (own === undefined) return "new trace";
  return came.some(({ spanId }) => spanId === own.spanId) ? undefined : "span made";
}

/** What came in sampled goes on unsampled in one of the calls that it caused. */
export function isLeftUnsampled({ reading: { identities } }: Hop, calls: readonly Hop[]): boolean {
  return calls.some((call) =>
    call.reading.identities.some((id) => id.sampled === false && identities.some((came) => came.sampled === true && isSameTrace(came, id))),
  );
}
