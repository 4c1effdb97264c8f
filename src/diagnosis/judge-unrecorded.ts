// A request of which the backend has no SERVER span, though its receiver makes spans: never made, lost on the way, or sampled away.

import type { Hop } from "../hops/hop.ts";
import { isPlaceholder } from "../naming/placeholder.ts";
import type { Workload } from "../naming/workload.ts";
import type { Span } from "../spans/span.ts";
import { RESOURCE_EXHAUSTED } from "../wire/grpc-status.ts";
import { HEADER_TOO_LARGE } from "../wire/http-status.ts";
import { aftermathOf, isLeftUnsampled } from "./aftermath.ts";
import { longestPause } from "./exporters/export-pause.ts";
import { explainUnrecorded } from "./exporters/unrecorded-cause.ts";
import { fault, SHOWN_BY_OTHERS } from "./fault.ts";
import type { Fault, PossibleCause } from "./judgement.ts";
import { ALL_ARE_MISSING, BEHIND_A_PROXY, LOOK_BEHIND, possibleCauses } from "./missing-span-causes.ts";
import type { ReceiverFacts } from "./receiver-facts.ts";
import { fieldOfFormat } from "./receiver-habits.ts";
import { spansOf, type View } from "./view.ts";

/** 101 (RFC 9110 §15.2.2): instrumentations of Node and Python see no request in what they hand over to a WebSocket. */
const SWITCHING_PROTOCOLS = 101;
/** nginx answers 400 where others say 431; the smallest usual limit of a head is 8 kB. */
const BAD_REQUEST = 400;
const USUAL_HEAD_LIMIT = 8_000;

/** Of a sampled context whose trace was looked up; `calls`: what the request caused. */
export function judgeUnrecorded(hop: Hop, receiver: Workload, calls: readonly Hop[], view: View, facts: ReceiverFacts): Fault[] {
  if (hop.status === SWITCHING_PROTOCOLS) return [];
  if (isLeftUnsampled(hop, calls)) return [sampledAway(SHOWN_BY_CALLS, "its calls for this request carry 00")];
  if (!facts.samplers.has(receiver.index) && hop.traceIds.some((traceId) => view.exporters.isSampledAway(traceId))) return [];
  const aftermath = aftermathOf(hop, calls);
  const hasServerSpans = facts.newestRecorded.has(receiver.index);
  const hasChild = aftermath === "span made" && calls.some((call) => spansOf(view, call.index).client !== undefined);
  const possible = possibleCauses(hop, receiver, { hasServerSpans, hasChild, recordedRoutes: facts.recordedRoutes }, view);
  const own = {
    ...unrecorded(hop, possible),
    isTrailing: isTrailing(hop, receiver, view, facts),
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
  if (isOpen && !isSentOnSampled && facts.samplers.has(receiver.index))
    return [sampledAway(SHOWN_BY_OTHERS, "as it does with others, whose calls carry 00")];
  if (isUnmade && aftermath !== "span made" && mayBeginItsOwn(hop, receiver, view, facts))
    return [{ ...explanation, severity: "warning", possible: [BEGINS_ITS_OWN, ...explanation.possible] }];
  return [explanation];
}

/**
 * Where not all of the capture's time was searched, who was never seen to take a context of this spelling, and has no replica that does, may have begun a
 * trace that nobody asked for.
 */
function mayBeginItsOwn({ reading }: Hop, { group }: Workload, { backend, naming }: View, { habits }: ReceiverFacts): boolean {
  if (backend.isWindowSearched) return false;
  const spellings = reading.identities.flatMap(({ format }) => fieldOfFormat(format, reading.fields)?.name ?? []);
  const replicas = naming.workloads.filter((workload) => workload.group === group);
  return !replicas.some(({ index }) => spellings.some((name) => habits.of(index).joined.has(name)));
}

const BEGINS_ITS_OWN: PossibleCause = {
  cause: "restarts-trace",
  because: "it began a trace of its own: not all of the capture's time was searched",
};

/**
 * What was still being answered when the capture ended has a span that has not ended either. What others have spans of long before their newest ones is not
 * on its way any more.
 */
function isTrailing({ endedAt }: Hop, receiver: Workload, { exporters }: View, { newestRecorded, newestOfAll }: ReceiverFacts): boolean {
  const newest = newestRecorded.get(receiver.index);
  if (newest === undefined || endedAt === undefined) return newest !== undefined;
  return endedAt > newest && endedAt > newestOfAll - longestPause(exporters.exportsOf(receiver));
}

/**
 * A request without a context to a service that records others: it should have begun a trace. Alone it proves little (the service may sample), so it
 * counts only beside requests of the same route that carried one.
 */
export function rootNotRecorded(hop: Hop, view: View): Fault[] {
  return isBare(hop, view) ? [fault("unrecorded", "unknown", "receiver", "note", 0.5, "no SERVER span began a trace for it")] : [];
}

/** It carries nothing, and the backend was asked for traces that begin here. */
function isBare({ observed, reading }: Hop, { backend }: View): boolean {
  return observed === "full" && reading.extractions.length === 0 && backend.isWindowSearched;
}

/** A request without a context to a service whose exporter delivers nothing: the trace that it began is as lost as those that came in. */
export function silenced(hop: Hop, receiver: Workload, view: View, facts: ReceiverFacts): Fault[] {
  if (!isBare(hop, view) || !view.exporters.isSilenced(receiver)) return [];
  const lost = explained(unrecorded(hop, ALL_ARE_MISSING), hop, receiver, view, facts);
  return lost.cause === "unknown" ? [] : [lost];
}

/** Whether a backend would have a span or not: the trace ends where its head is refused, and what a proxy refuses no service sees. */
export function refusedOnWire(hop: Hop, facts: ReceiverFacts): Fault[] {
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

const SHOWN_BY_CALLS = 0.95;

/** The receiver decides by itself, against the flag that came: its own calls show it, where they are judged as well. */
function sampledAway(confidence: number, how: string): Fault {
  const detail = `the sampled flag came in as 01, and the receiver did not record it: ${how}`;
  return fault("not-sampled", "sampled-flag-changed", "receiver", "warning", confidence, detail);
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
