// What the receiver of an exchange did with a context that was right on the wire: joined the trace, began another, recorded nothing.

import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { isSameTrace } from "../propagation/same-trace.ts";
import { isUnsampled } from "./expectation.ts";
import { fault } from "./fault.ts";
import { ignored, ignoredUnsampled, isFoundByTime } from "./judge-ignored.ts";
import { judgeUnrecorded, refusedOnWire, rootNotRecorded, silenced } from "./judge-unrecorded.ts";
import type { Fault } from "./judgement.ts";
import type { ReceiverFacts } from "./receiver-facts.ts";
import { spansOf, type View } from "./view.ts";

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
  const calls = facts.callsOf(hop.index);
  // A proxy without spans that sent the same context on has nothing to record.
  if (calls.some((call) => call.parent?.because === "forwarded unchanged")) return [];
  if (!isExpectedToRecord(hop, receiver, view, facts))
    return identities.length === 0 ? silenced(hop, receiver, view, facts) : refusedOnWire(hop, facts);
  if (identities.length === 0) return rootNotRecorded(hop, view);
  if (isRecordedElsewhere(hop, receiver, view)) return [];
  if (isUnsampled(hop)) return unsampled(hop, sender, view);
  // Contexts that disagree leave it to the receiver.
  if (identities.some((id) => id.sampled === false)) return [];
  const ownTrace = calls.some((call) => call.traceIds.some((traceId) => hop.traceIds.includes(traceId)))
    ? undefined
    : facts.recordedRoutes.ownTraceOf(hop, receiver);
  if (ownTrace === "linked" || !isValid) return [];
  if (ownTrace === "ignored") return [ignoredUnsampled(hop, sender, receiver, view, facts)];
  return identities.every((id) => view.backend.isLookedUp(id.traceId)) ? judgeUnrecorded(hop, receiver, calls, view, facts) : [];
}

/** By spans of its own, of its replicas, or by what it exports. */
function isExpectedToRecord({ reading: { identities } }: Hop, receiver: Workload, view: View, facts: ReceiverFacts): boolean {
  if (receiver.isInstrumented || hasRecordingReplica(receiver, facts)) return true;
  return identities.some((id) => id.sampled !== "deferred") && makesSpans(receiver, view);
}

/** Another replica of its service records what it serves: so should this one. */
function hasRecordingReplica({ service, group, role }: Workload, { recording }: ReceiverFacts): boolean {
  return service !== undefined && role !== "proxy" && recording.has(group);
}

/** Its exporter shows it, where the backend does not. */
function makesSpans(receiver: Workload, { exporters }: View): boolean {
  return exporters.isSilenced(receiver) || exporters.shipsServerSpans(receiver);
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

/** Told once, where it came in to the first that would have recorded it. */
function unsampled(hop: Hop, sender: Workload, view: View): Fault[] {
  if (hop.parent === undefined && hop.candidates.some((candidate) => isToldAt(candidate, hop, view))) return [];
  let above = hop.parent;
  for (let step = 0; above !== undefined && step < MAX_ABOVE; step++) {
    const { identities } = view.table.hop(above.hop).reading;
    // Whoever changed the flag on the way is told of instead.
    if (identities.some((id) => id.sampled === true) || isToldAt(above.hop, hop, view)) return [];
    above = view.table.hop(above.hop).parent;
  }
  const who = sender.isOutside ? "the caller" : "the sender";
  return [fault("not-sampled", "unsampled", undefined, "note", 1, `${who} sends the sampled flag 00: absent from the backend by right`)];
}

/** Whether it is said of that request: the same trace came to a service that makes spans, and left none. */
function isToldAt(request: number, { reading }: Hop, view: View): boolean {
  if (!view.naming.receiverOf(request).isInstrumented || spansOf(view, request).server !== undefined) return false;
  const came = view.table.hop(request);
  return isUnsampled(came) && came.reading.identities.some((id) => reading.identities.some((own) => isSameTrace(id, own)));
}
