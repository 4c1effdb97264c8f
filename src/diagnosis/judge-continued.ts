// What the sender of an exchange changed about a context that went on in the right trace.

import type { Hop, Identity } from "../hops/hop.ts";
import { traceparentValues } from "../hops/read-contexts.ts";
import type { Workload } from "../naming/workload.ts";
import { isSameTrace, type SpeltTraceId } from "../propagation/same-trace.ts";
import { lossOf, relateTraceIds } from "./compare-values.ts";
import type { Expected } from "./expectation.ts";
import { fault } from "./fault.ts";
import type { Fault } from "./judgement.ts";
import type { Cause, Severity } from "./verdict.ts";
import { spansOf, type View } from "./view.ts";

/** What a sender did to a context that it sent on: a second one beside it, another flag, members cut. */
export function judgeContinued(hop: Hop, sender: Workload, expected: Expected, view: View): Fault[] {
  const faults: Fault[] = [];
  const { parent } = expected;
  const foreign = hop.reading.identities.find((id) => !isOneOf(id, expected.traceIds)) ?? begunBeside(hop, parent);
  if (foreign !== undefined && !isRepeatedLine(hop)) faults.push(reinjected(hop, sender, expected, foreign.traceId, view));
  if (parent === undefined) return faults;
  const flag = flagChange(hop, parent, expected);
  if (flag !== undefined) faults.push(flag);
  if (hop.observed !== "full" || parent.observed !== "full") return faults;
  for (const field of ["tracestate", "baggage"] as const) {
    const loss = lossOf(field, parent.reading.fields, hop.reading.fields);
    if (loss?.isGone === true && isPassedOnBy(sender, hop, parent)) {
      const detail = `${field} came in and did not go out, though the context itself went on unchanged`;
      faults.push({ ...fault("truncated", "proxy-drops-header", "sender", "warning", expected.confidence, detail), parent });
    }
    if (loss === undefined || loss.isGone || (!loss.isCut && (sender.role !== "proxy" || loss.isAllowed))) continue;
    const detail = loss.isCut
      ? `${field} was cut${loss.kept === undefined ? "" : ` after ${loss.kept.characters} of ${loss.kept.of} characters`}: ${loss.lost} of ${loss.of} members ${loss.lost === 1 ? "is" : "are"} gone or shorter`
      : `${loss.lost} of ${loss.of} members of ${field} ${loss.lost === 1 ? "is" : "are"} gone`;
    faults.push({ ...fault("truncated", "header-truncated", "sender", "error", expected.confidence, detail), parent });
  }
  return faults;
}

/**
 * A proxy that sends the very span id on that came, in the same format: who puts its own there may keep for itself what it likes (W3C Trace Context §3.5),
 * and who translates it has no place for the rest.
 */
function isPassedOnBy({ role }: Workload, { reading: { identities } }: Hop, { reading: came }: Hop): boolean {
  const isSame = (id: Identity) => identities.some(({ format, spanId }) => format === id.format && spanId === id.spanId);
  return role === "proxy" && came.identities.some((id) => id.format === "w3c" && isSame(id));
}

/** What came in goes on beside the context of a trace that the sender began for itself. */
function begunBeside({ reading: { identities } }: Hop, parent: Hop | undefined): SpeltTraceId | undefined {
  const came = parent?.traceIds ?? [];
  return came.length > 0 && identities.some((id) => isOneOf(id, came)) ? identities.find((id) => !isOneOf(id, came)) : undefined;
}

/** Two `traceparent` lines are one fault, told as malformed. */
function isRepeatedLine(hop: Hop): boolean {
  return traceparentValues(hop.reading.fields).length > 1;
}

function reinjected(hop: Hop, sender: Workload, expected: Expected, foreignId: string, view: View): Fault {
  const { server } = spansOf(view, hop.index);
  const relation = expected.traceIds.map((id) => relateTraceIds(id, foreignId)).find((r) => r !== undefined);
  const isTaken = server?.traceId === foreignId;
  // Of a trace that the sender records as its own, the receiver's spans are missing, whichever it took.
  const isOwn = expected.span !== undefined && isSameTrace({ traceId: foreignId }, expected.span);
  const severity: Severity = isTaken && !isOwn ? "error" : server === undefined || isOwn ? "warning" : "note";
  const cause: Cause = relation ?? (sender.role === "proxy" ? "reinjected-by-proxy" : "two-injectors");
  const detail = `a second context of trace ${foreignId} was added${isTaken ? ", and the receiver took it" : ""}`;
  return {
    ...fault("split", cause, "sender", severity, expected.confidence, detail),
    parent: expected.example,
    spans: server === undefined ? [] : [server],
  };
}

function flagChange(hop: Hop, parent: Hop, expected: Expected): Fault | undefined {
  const after = hop.reading.identities.find((id) => isOneOf(id, expected.traceIds));
  const before = after === undefined ? undefined : parent.reading.identities.find((id) => isSameTrace(id, after));
  if (after === undefined) return undefined;
  const changed = (severity: Severity, detail: string): Fault => ({
    ...fault("not-sampled", "sampled-flag-changed", "sender", severity, expected.confidence, detail),
    parent,
  });
  if (before === undefined) {
    const { span } = expected;
    // A span that is not sampled is not exported: this trace was begun to be recorded.
    const isRecorded = span !== undefined && isSameTrace(after, span) && parent.reading.identities.length === 0;
    return isRecorded && after.sampled === false
      ? { ...changed("error", "the sampled flag went out as 00, though the trace that the sender began is recorded"), spans: [span] }
      : undefined;
  }
  if (before.sampled === true && after.sampled === false) return changed("error", "the sampled flag came in as 01 and went out as 00");
  if (before.sampled === false && after.sampled === true) return changed("warning", "the sampled flag came in as 00 and went out as 01");
  return undefined;
}

/** Whether the id is one of these traces, also where its format has only half of the id. */
export function isOneOf(id: SpeltTraceId, traceIds: readonly string[]): boolean {
  return traceIds.some((traceId) => isSameTrace(id, { traceId }));
}
