// What may have become of a span that the backend lacks, as long as nothing proves it: the likeliest first.

import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import type { RouteCounts } from "./exporters/route-counts.ts";
import type { PossibleCause } from "./judgement.ts";
import type { View } from "./view.ts";

/** Of a receiver that the backend has no span of at all. */
export const ALL_ARE_MISSING: readonly PossibleCause[] = [
  { cause: "exporter-dns-failed", because: "its look-ups of the collector's name end in NXDOMAIN or are not answered" },
  { cause: "exporter-unreachable", because: "its SYNs to the collector are refused or not answered" },
  { cause: "exporter-tls-failed", because: "its TLS handshakes with the collector break off again and again" },
  { cause: "exporter-rejected", because: "the collector answers its exports with an error" },
  { cause: "intermediary-not-exported", because: "it makes span ids and sends spans to no backend, or to another one" },
];

/** Of a receiver that the backend has other spans of. */
const SOME_ARE_MISSING: readonly PossibleCause[] = [
  { cause: "middleware-missing", because: "whole routes have no SERVER spans, others have all" },
  { cause: "started-before-instrumentation", because: "only requests before some moment are affected" },
  { cause: "exporter-rejected", because: "spans of the same batch are missing together, and the collector answers with an error" },
  { cause: "exporter-queue-overflow", because: "holes under load, while every export is answered well" },
  { cause: "span-not-ended", because: "children are there whose parent is missing" },
  { cause: "sampled-flag-changed", because: "it samples by itself: what lies below it is missing in these traces, too" },
];

/** Of a receiver whose exporter works, as other spans of it show. */
const NO_MIDDLEWARE: readonly PossibleCause[] = [
  { cause: "middleware-missing", because: "its route has no SERVER span at all, and other spans of the service are there" },
];

/** The spans that the backend has are of what it hands requests on to, where no capture looks. */
export const BEHIND_A_PROXY: readonly PossibleCause[] = [
  { cause: "proxy-drops-header", because: "it sends them on without their context, so that what lies behind it begins traces of its own" },
  { cause: "sampled-flag-changed", because: "it clears the sampled flag, so that what lies behind it records nothing" },
  { cause: "exporter-queue-overflow", because: "what lies behind it made spans, and its exporter lost them" },
  { cause: "span-not-ended", because: "what lies behind it begins spans and does not end them" },
];

export const LOOK_BEHIND =
  "Capture behind it as well, at the service that it hands requests on to: that shows whether contexts arrive there as they came.";

/** A span below it is there, which the same process made and exported. */
const CHILDREN_ARE_THERE: readonly PossibleCause[] = [
  { cause: "span-not-ended", because: "spans of its calls arrive and name it as their parent, and it does not" },
  { cause: "exporter-queue-overflow", because: "holes under load, in spans of calls as well" },
];

/** What is known of the receiver's other spans. */
export interface Known {
  readonly hasServerSpans: boolean;
  /** Whether the span of a call that this request caused is there. */
  readonly hasChild: boolean;
  readonly recordedRoutes: RouteCounts;
}

export function possibleCauses(
  hop: Hop,
  receiver: Workload,
  { hasServerSpans, hasChild, recordedRoutes }: Known,
  view: View,
): readonly PossibleCause[] {
  if (hasChild) return CHILDREN_ARE_THERE;
  const isAnothers = receiver.role === "proxy" && receiver.service !== undefined && !view.diff.index.services.has(receiver.service);
  if (hasServerSpans && isAnothers) return BEHIND_A_PROXY;
  if (hasServerSpans) return recordedRoutes.isLeftOut(hop, receiver) ? NO_MIDDLEWARE : SOME_ARE_MISSING;
  return receiver.hasClientSpans ? NO_MIDDLEWARE : ALL_ARE_MISSING;
}
