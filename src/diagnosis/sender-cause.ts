// Why a sender sent nothing, or another trace, where it had a context to send on: told from what it is and from its spans.

import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { type Expected, isUnsampled } from "./expectation.ts";
import { isCallShipped, isRequestShipped, isShippedRoot } from "./exporters/shipped-calls.ts";
import type { PossibleCause } from "./judgement.ts";
import type { Cause } from "./verdict.ts";
import { originOf, spansOf, type View } from "./view.ts";

const TOO_LATE: PossibleCause = { cause: "started-before-instrumentation", because: "only requests before some moment are affected" };

export function strippedCause(hop: Hop, sender: Workload, expected: Expected, view: View): [Cause, PossibleCause[]] {
  if (sender.role === "proxy") return ["proxy-drops-header", []];
  const { client } = spansOf(view, hop.index);
  if (client !== undefined) return ["transport-does-not-inject", []];
  const isShipped = expected.example === undefined ? undefined : isCallShipped(expected.example, sender, view);
  if (isShipped !== undefined) return [isShipped ? "transport-does-not-inject" : "client-does-not-inject", []];
  const parentServer = expected.span;
  if (view.backend.isAsked && !sender.isInstrumented && sender.role === "application") return ["client-does-not-inject", []];
  if (view.backend.isWindowSearched && parentServer !== undefined) return ["client-does-not-inject", []];
  const isUnseen = (expected.example !== undefined && isUnsampled(expected.example)) || view.exporters.isSilenced(sender);
  if (sender.role === "application" && isUnseen) return ["client-does-not-inject", UNSEEN];
  if (isServedOutside(expected, sender, view)) return ["unknown", BARE];
  return [
    "unknown",
    [
      { cause: "client-does-not-inject", because: "the client library sends no context; its CLIENT spans are missing then" },
      { cause: "transport-does-not-inject", because: "CLIENT spans exist in the backend for these calls" },
      TOO_LATE,
      { cause: "proxy-drops-header", because: "the sender only passes requests on" },
    ],
  ];
}

/** Of unsampled requests, and of a sender whose exports arrive nowhere. */
const UNSEEN: PossibleCause[] = [
  { cause: "transport-does-not-inject", because: "CLIENT spans of these calls may have been made: none could be in the backend" },
];

export function splitCause(hop: Hop, sender: Workload, expected: Expected, view: View): [Cause, PossibleCause[]] {
  if (sender.role === "proxy") return ["restarts-trace", []];
  const origin = originOf(view, hop);
  if (origin.kind === "root" && expected.span?.kind === "server") return ["goroutine-without-context", []];
  // What it called began with the CLIENT span.
  if (origin.kind === "root" && origin.span.kind === "client" && isServedOutside(expected, sender, view))
    return ["middleware-order", MIDDLEWARE];
  if (origin.kind === "unknown" && expected.example !== undefined && isShippedRoot(hop, sender, view))
    return isRequestShipped(expected.example, view) ? ["goroutine-without-context", []] : ["middleware-order", MIDDLEWARE];
  return isOtherFormat(hop, expected) && origin.kind === "unknown" ? ["format-mismatch", RESTARTS] : ["unknown", RESTARTS];
}

const RESTARTS: PossibleCause[] = [
  { cause: "goroutine-without-context", because: "the sender has a SERVER span for the request, and its CLIENT span is a root" },
  { cause: "middleware-order", because: "the sender has no SERVER span for these requests, but has for others" },
  { cause: "restarts-trace", because: "every request of the sender begins a new trace, as at a trust boundary" },
];

/** What goes out is in no format of what came in: the sender may not read those. */
function isOtherFormat({ reading }: Hop, { example }: Expected): boolean {
  const came = new Set((example?.reading.identities ?? []).map(familyOf));
  return came.size > 0 && reading.identities.length > 0 && !reading.identities.some((identity) => came.has(familyOf(identity)));
}

/** Who reads one spelling of B3 mostly reads the other. */
function familyOf({ format }: { readonly format: string }): string {
  return format.startsWith("b3") ? "b3" : format;
}

/** The request was served outside of any span, by a service that makes them. */
function isServedOutside({ span, example }: Expected, sender: Workload, { backend }: View): boolean {
  return span === undefined && example !== undefined && !isUnsampled(example) && sender.isInstrumented && backend.isWindowSearched;
}

/** Of calls without a context and without a CLIENT span, for requests without a SERVER span; which requests those are tells. */
const BARE: PossibleCause[] = [
  {
    cause: "middleware-missing",
    because: "the requests that caused them have no SERVER span, as if no tracing middleware served their routes",
  },
  { cause: "client-does-not-inject", because: "the client library sends no context; its CLIENT spans are missing then" },
  TOO_LATE,
];

const MIDDLEWARE: PossibleCause[] = [
  { cause: "middleware-missing", because: "the routes of these requests have no tracing middleware at all" },
  TOO_LATE,
];
