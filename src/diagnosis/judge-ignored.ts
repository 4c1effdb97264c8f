// A receiver that made a SERVER span in another trace than the one that came in.

import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { fault, SHOWN_BY_OTHERS } from "./fault.ts";
import { ignoredCause, isOwnSpan } from "./ignored-cause.ts";
import type { Fault } from "./judgement.ts";
import type { ReceiverFacts } from "./receiver-facts.ts";
import type { Severity } from "./verdict.ts";
import { spansOf, type View } from "./view.ts";

export function ignored(hop: Hop, sender: Workload, receiver: Workload, view: View, facts: ReceiverFacts): Fault {
  const { server } = spansOf(view, hop.index);
  const spans = server === undefined ? [] : [server];
  const linked = server?.links.some((link) => hop.reading.identities.some((id) => id.traceId === link.traceId)) === true;
  if (linked) {
    const detail = "the receiver began a new trace on purpose: its span links to the caller's";
    return { ...fault("ignored", "restarts-trace", "receiver", "note", 1, detail), spans };
  }
  const { cause, possible, detail: why, remedy } = ignoredCause(hop, receiver, facts.habits.of(receiver.index), server);
  const severity: Severity = sender.isOutside ? "warning" : "error";
  const confidence = spansOf(view, hop.index).serverBy === "time and name" ? 0.85 : 0.98;
  // It may be that of a request which the capture lacks.
  const isCircumstantial = isFoundByTime(hop, view) && !(spansOf(view, hop.index).serverBy === "peer port" && isOneByOne(hop, facts));
  const behind = server === undefined || isOwnSpan(server, receiver) ? "the receiver" : `${server.resource.service}, behind it,`;
  const began = `${behind} began trace ${server?.traceId ?? "?"} instead`;
  const detail = why === undefined ? began : `${began}: ${why}`;
  return {
    ...fault("ignored", cause, "receiver", severity, confidence, detail),
    possible,
    spans,
    isCircumstantial,
    ...(remedy !== undefined && { remedy }),
  };
}

/** The capture holds all of the connection, on which one request comes after the other: what began there meanwhile began with this one. */
function isOneByOne({ version, exchange }: Hop, { isWhole }: ReceiverFacts): boolean {
  return version !== "2" && isWhole(exchange);
}

/** As with the others of its route, whose spans show what became of their contexts. */
export function ignoredUnsampled(hop: Hop, sender: Workload, receiver: Workload, view: View, facts: ReceiverFacts): Fault {
  const detail = "the receiver began a trace of its own, as for all of its route that have a SERVER span, and did not sample it";
  return { ...ignored(hop, sender, receiver, view, facts), confidence: SHOWN_BY_OTHERS, detail };
}

/** Time had its part in finding the SERVER span. */
export function isFoundByTime({ index }: Hop, view: View): boolean {
  const { serverBy } = spansOf(view, index);
  return serverBy === "time and name" || serverBy === "peer port";
}
