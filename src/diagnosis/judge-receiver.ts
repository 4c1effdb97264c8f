// What the receiver of an exchange did with a context that was right on the wire: joined the trace, began another, recorded nothing.

import type { Hop } from "../hops/hop.ts";
import { isPlaceholder } from "../naming/placeholder.ts";
import type { Workload } from "../naming/workload.ts";
import { isSameTrace } from "../propagation/same-trace.ts";
import type { Span } from "../spans/span.ts";
import type { SeenEnds } from "../wire/endpoint.ts";
import { RESOURCE_EXHAUSTED } from "../wire/grpc-status.ts";
import { HEADER_TOO_LARGE } from "../wire/http-status.ts";
import { aftermathOf } from "./aftermath.ts";
import type { CallsOfRequests } from "./calls-of-requests.ts";
import { longestPause } from "./exporters/export-pause.ts";
import type { RouteCounts } from "./exporters/route-counts.ts";
import type { SpanLosses } from "./exporters/span-losses.ts";
import { explainUnrecorded } from "./exporters/unrecorded-cause.ts";
import { fault } from "./fault.ts";
import { ignoredCause, isOwnSpan } from "./ignored-cause.ts";
import type { Fault, PossibleCause } from "./judgement.ts";
import { ALL_ARE_MISSING, BEHIND_A_PROXY, LOOK_BEHIND, possibleCauses } from "./missing-span-causes.ts";
import type { HabitsTable } from "./receiver-habits.ts";
import type { Severity } from "./verdict.ts";
import { spansOf, type View } from "./view.ts";

/** What is known of all exchanges together, for one to be judged by. */
export interface ReceiverFacts {
  readonly calls: CallsOfRequests;
  readonly habits: HabitsTable;
  /** Whether a hop caused others: then its receiver did not refuse it. */
  readonly isCause: (hop: number) => boolean;
  /** Latest end of a hop that a receiver has a SERVER span of, by workload index: spans are exported in the order of their ends. */
  readonly newestRecorded: ReadonlyMap<number, number>;
  /** The latest of them. */
  readonly newestOfAll: number;
  readonly losses: SpanLosses;
  readonly recordedRoutes: RouteCounts;
  /** Groups of workloads of which one has SERVER spans. */
  readonly recording: ReadonlySet<string>;
  /** Workloads that send on unsampled what comes in sampled, by index. */
  readonly samplers: ReadonlySet<number>;
  /** Whether the capture holds all of a connection. */
  readonly isWhole: (ends: SeenEnds) => boolean;
}

/** 101 (RFC 9110 §15.2.2): instrumentations of Node and Python see no request in what they hand over to a WebSocket. */
const SWITCHING_PROTOCOLS = 101;
/** nginx answers 400 where others say 431; the smallest usual limit of a head is 8 kB. */
const BAD_REQUEST = 400;
const USUAL_HEAD_LIMIT = 8_000;

export function judgeReceiver(hop: Hop, view: View, facts: ReceiverFacts): Fault[] {
  if (hop.purpose !== "work") return [];
  if (!view.backend.isAsked) return refusedOnWire(hop, facts);
  const receiver = view.naming.receiverOf(hop.index);
  const sender = view.naming.senderOf(hop.index);
  const { server } = spansOf(view, hop.index);
  const { identities } = hop.reading;
  const isValid = hop.reading.context !== undefined && !hop.reading.extractions.some((e) => "malformed" in e);
  if (server !== undefined) {
    if (identities.length === 0 || !isValid || identities.some((id) => id.traceId === server.traceId)) return [];
    // Time found that span; a surer one says that the context was taken.
    if (isFoundByTime(hop, view) && isRecordedElsewhere(hop, receiver, view)) return [];
    return [ignored(hop, sender, receiver, view, facts)];
  }
  if (isForwardedUnchanged(hop, facts)) return [];
  if (
    !receiver.isInstrumented &&
    !hasRecordingReplica(receiver, facts) &&
    !(identities.some((id) => id.sampled !== "deferred") && makesSpans(receiver, view))
  )
    return identities.length === 0 ? silenced(hop, receiver, view, facts) : refusedOnWire(hop, facts);
  if (identities.length === 0) return isBare(hop, view) ? [rootNotRecorded()] : [];
  if (isRecordedElsewhere(hop, receiver, view)) return [];
  if (identities.every((id) => id.sampled === false)) return unsampled(hop, sender, view);
  // Contexts that disagree leave it to the receiver.
  if (identities.some((id) => id.sampled === false)) return [];
  const calls = facts.calls.of(hop.index);
  const ownTrace = calls.some((call) => call.traceIds.some((traceId) => hop.traceIds.includes(traceId)))
    ? undefined
    : facts.recordedRoutes.ownTraceOf(hop, receiver);
  if (ownTrace === "linked") return [];
  if (ownTrace === "ignored") return isValid ? [ignoredUnsampled(hop, sender, receiver, view, facts)] : [];
  if (!isValid || !identities.every((id) => view.backend.isLookedUp(id.traceId))) return [];
  if (hop.status === SWITCHING_PROTOCOLS) return [];
  if (isLeftUnsampled(hop, calls)) return [sampledAway(SHOWN_BY_CALLS, "its calls for this request carry 00")];
  if (!facts.samplers.has(receiver.index) && hop.traceIds.some((traceId) => view.exporters.isSampledAway(traceId))) return [];
  const newest = facts.newestRecorded.get(receiver.index);
  // What was still being answered when the capture ended has a span that has not ended either. What others have spans of long before their newest ones
  // is not on its way any more.
  const isTrailing =
    newest !== undefined &&
    (hop.endedAt === undefined ||
      (hop.endedAt > newest && hop.endedAt > facts.newestOfAll - longestPause(view.exporters.exportsOf(receiver))));
  const aftermath = aftermathOf(hop, calls);
  const hasServerSpans = newest !== undefined;
  const hasChild = aftermath === "span made" && calls.some((call) => spansOf(view, call.index).client !== undefined);
  const possible = possibleCauses(hop, receiver, { hasServerSpans, hasChild, recordedRoutes: facts.recordedRoutes }, view);
  const own = {
    ...unrecorded(hop, possible),
    isTrailing,
    ...(possible === BEHIND_A_PROXY && { remedy: LOOK_BEHIND }),
    ...(aftermath !== undefined && { aftermath }),
    ...shownByCalls(view.diff.lostAbove.get(hop.index)),
  };
  const explanation = explained(own, hop, receiver, view, facts);
  // A span that was exported had been made, whatever the answer was.
  const isUnmade = explanation.cause === "unknown" && explanation.exportedAt === undefined;
  if (isUnmade && hasServerSpans && facts.recordedRoutes.isUnserved(hop, receiver)) return [{ ...explanation, ...UNSERVED }];
  const isOpen = !explanation.isTrailing && (explanation.cause === "unknown" || explanation.confidence < SHOWN_BY_OTHERS);
  const isSentOnSampled = calls.some((call) => call.reading.identities.some(({ sampled }) => sampled === true));
  return isOpen && !isSentOnSampled && facts.samplers.has(receiver.index)
    ? [sampledAway(SHOWN_BY_OTHERS, "as it does with others, whose calls carry 00")]
    : [explanation];
}

/** Another replica of its service records what it serves: so should this one. */
function hasRecordingReplica({ service, group, role }: Workload, { recording }: ReceiverFacts): boolean {
  return service !== undefined && role !== "proxy" && recording.has(group);
}

/** Its exporter shows it, where the backend does not. */
function makesSpans(receiver: Workload, { exporters }: View): boolean {
  return exporters.isSilenced(receiver) || exporters.shipsServerSpans(receiver);
}

/** A request without a context to a service whose exporter delivers nothing: the trace that it began is as lost as those that came in. */
function silenced(hop: Hop, receiver: Workload, view: View, facts: ReceiverFacts): Fault[] {
  if (!isBare(hop, view) || !view.exporters.isSilenced(receiver)) return [];
  const lost = explained(unrecorded(hop, ALL_ARE_MISSING), hop, receiver, view, facts);
  return lost.cause === "unknown" ? [] : [lost];
}

/** It carries nothing, and the backend was asked for traces that begin here. */
function isBare({ observed, reading }: Hop, { backend }: View): boolean {
  return observed === "full" && reading.extractions.length === 0 && backend.isWindowSearched;
}

/** Whether a backend would have a span or not: the trace ends where its head is refused, and what a proxy refuses no service sees. */
function refusedOnWire(hop: Hop, facts: ReceiverFacts): Fault[] {
  if (hop.status !== HEADER_TOO_LARGE || hop.reading.identities.length === 0 || facts.isCause(hop.index)) return [];
  return [{ ...unrecorded(hop, ALL_ARE_MISSING), severity: "warning" }];
}

/** What the captures show of the receiver's exporter says why. What is proven to be lost is not on its way. */
function explained(lacking: Fault, hop: Hop, receiver: Workload, view: View, facts: ReceiverFacts): Fault {
  if (lacking.cause !== "unknown") return lacking;
  const why = explainUnrecorded(hop, receiver, view, facts.losses, facts.recordedRoutes);
  if (why === undefined) return lacking;
  // What others recorded later came through: so would this have.
  const isOvertaken = why.exportedAt !== undefined && why.exportedAt < facts.newestOfAll;
  const { isFinal = isOvertaken || (why.cause !== "unknown" && why.confidence >= PROVEN_LOSS), ...told } = why;
  const possible = told.possible ?? (told.cause === "unknown" ? lacking.possible : []);
  return { ...lacking, ...told, possible, isTrailing: lacking.isTrailing && !isFinal };
}

const PROVEN_LOSS = 0.9;

function ignored(hop: Hop, sender: Workload, receiver: Workload, view: View, facts: ReceiverFacts): Fault {
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
function ignoredUnsampled(hop: Hop, sender: Workload, receiver: Workload, view: View, facts: ReceiverFacts): Fault {
  const detail = "the receiver began a trace of its own, as for all of its route that have a SERVER span, and did not sample it";
  return { ...ignored(hop, sender, receiver, view, facts), confidence: SHOWN_BY_OTHERS, detail };
}

/** Time had its part in finding the SERVER span. */
function isFoundByTime({ index }: Hop, view: View): boolean {
  const { serverBy } = spansOf(view, index);
  return serverBy === "time and name" || serverBy === "peer port";
}

/** The receiver is a proxy without spans that sent the same context on: nothing to record. */
function isForwardedUnchanged(hop: Hop, facts: ReceiverFacts): boolean {
  return facts.calls.of(hop.index).some((call) => call.parent?.because === "forwarded unchanged");
}

/** What came in sampled goes on unsampled in one of the calls that it caused. */
export function isLeftUnsampled({ reading: { identities } }: Hop, calls: readonly Hop[]): boolean {
  return calls.some((call) =>
    call.reading.identities.some((id) => id.sampled === false && identities.some((came) => came.sampled === true && isSameTrace(came, id))),
  );
}

const SHOWN_BY_CALLS = 0.95;
const SHOWN_BY_OTHERS = 0.8;

/** The receiver decides by itself, against the flag that came: its own calls show it, where they are judged as well. */
function sampledAway(confidence: number, how: string): Fault {
  const detail = `the sampled flag came in as 01, and the receiver did not record it: ${how}`;
  return fault("not-sampled", "sampled-flag-changed", "receiver", "warning", confidence, detail);
}

/**
 * A SERVER span of this context exists, though the wire does not tell which of several exchanges it was (address translation, retries). Where an application
 * copies contexts, each of its calls has one: that of another service is not this one's, if this one makes spans.
 */
function isRecordedElsewhere(hop: Hop, receiver: Workload, view: View): boolean {
  const { diff, naming } = view;
  const isAnothers = (service: string | undefined) => service !== receiver.service;
  return hop.reading.identities.some((id) =>
    diff.index.serversOf(id.traceId, id.spanId).some((span) => {
      const other = diff.hopOf.get(span);
      if (other === undefined) return !isAnothers(span.resource.service) || !receiver.hasServerSpans;
      return !isAnothers(naming.receiverOf(other).service) || !(receiver.hasServerSpans || makesSpans(receiver, view));
    }),
  );
}

/** So many causes, one of the other, are looked up. */
const MAX_ABOVE = 16;

function unsampled(hop: Hop, sender: Workload, view: View): Fault[] {
  const parent = hop.parent === undefined ? undefined : view.table.hop(hop.parent.hop);
  // Told once, where it came in to the first that would have recorded it.
  if (sender.isInstrumented && parent?.reading.identities.some((id) => id.sampled === false) === true) return [];
  // Whoever changed the flag on the way is told of instead.
  let above = parent;
  for (let step = 0; above !== undefined && step < MAX_ABOVE; step++) {
    if (above.reading.identities.some((id) => id.sampled === true)) return [];
    above = above.parent === undefined ? undefined : view.table.hop(above.parent.hop);
  }
  const who = sender.isOutside ? "the caller" : "the sender";
  return [fault("not-sampled", "unsampled", undefined, "note", 1, `${who} sends the sampled flag 00: absent from the backend by right`)];
}

function refused(confidence: number, detail: string): Fault {
  return fault("unrecorded", "header-too-large", "receiver", "error", confidence, detail);
}

const UNSERVED: Pick<Fault, "severity" | "detail"> = {
  severity: "note",
  detail: "no route serves it (404), and who instruments route by route makes no span of that",
};

function unrecorded(hop: Hop, possible: readonly PossibleCause[]): Fault {
  if (hop.status === HEADER_TOO_LARGE) return refused(0.95, "the receiver refused the request head as too large (431)");
  const headLength = hop.exchange.request?.headLength ?? 0;
  if (hop.status === BAD_REQUEST && headLength >= USUAL_HEAD_LIMIT)
    return refused(0.8, `the receiver refused a request head of ${headLength} bytes (400)`);
  // Also what a gRPC server answers to metadata beyond its limit, 8 or 16 KiB by default.
  if (hop.exchange.grpc?.status === RESOURCE_EXHAUSTED && headLength >= USUAL_HEAD_LIMIT)
    return refused(0.8, `the receiver refused metadata of ${headLength} bytes (RESOURCE_EXHAUSTED)`);
  return { ...fault("unrecorded", "unknown", "receiver", "error", 0.9, "the backend has no SERVER span for it"), possible };
}

/** `below`: a span that its calls, which no capture shows, led to. */
function shownByCalls(below: Span | undefined): Partial<Fault> {
  if (below === undefined) return {};
  const { service } = below.resource;
  const whose = isPlaceholder(service) ? "a span below it" : `${service}'s span below it`;
  return { aftermath: "span made", spans: [below], detail: `the backend has no SERVER span for it, nor what ${whose} names as its parent` };
}

/**
 * A request without a context to a service that records others: it should have begun a trace. Alone it proves little (the service may sample), so it
 * counts only beside requests of the same route that carried one.
 */
function rootNotRecorded(): Fault {
  return fault("unrecorded", "unknown", "receiver", "note", 0.5, "no SERVER span began a trace for it");
}
