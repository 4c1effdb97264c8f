// What the sender of an exchange did to the context that it had to send on.

import { type Hop, NO_PARENT } from "../hops/hop.ts";
import { traceparentValues } from "../hops/read-contexts.ts";
import type { Workload } from "../naming/workload.ts";
import { isBaggageField } from "../propagation/baggage-fields.ts";
import type { Extraction } from "../propagation/format.ts";
import { isFieldOf } from "../propagation/registry.ts";
import { parseTraceparent } from "../propagation/w3c.ts";
import { listed } from "../wire/words.ts";
import { BORROWED_CONFIDENCE } from "./borrowed-contexts.ts";
import { relateTraceIds } from "./compare-values.ts";
import { type Expectation, type Expected, expectationOf, isBySameRequest, isUnsampled, PROVEN_PARENT } from "./expectation.ts";
import { fault } from "./fault.ts";
import { hiddenFieldsDetail } from "./hidden-fields.ts";
import { isOneOf, judgeContinued } from "./judge-continued.ts";
import type { Fault, Outcome } from "./judgement.ts";
import { splitCause, strippedCause } from "./sender-cause.ts";
import type { Cause, Severity } from "./verdict.ts";
import { originOf, spansOf, type View } from "./view.ts";

export interface SenderJudgement {
  readonly outcome: Outcome;
  readonly faults: readonly Fault[];
  readonly isDoubtful?: boolean;
}

type Invalid = Extract<Extraction, { malformed: string }>;

const NO_FAULTS: readonly Fault[] = [];
const CONTINUED: SenderJudgement = { outcome: "continued", faults: NO_FAULTS };
const ABSENT: SenderJudgement = { outcome: "absent", faults: NO_FAULTS };
const DOUBTFUL: SenderJudgement = { outcome: "absent", faults: NO_FAULTS, isDoubtful: true };

export function judgeSender(hop: Hop, view: View): SenderJudgement {
  const request = view.found.borrowed.get(hop.index);
  if (request !== undefined)
    return { outcome: "restarted", faults: [borrowed(hop, request === NO_PARENT ? undefined : view.table.hop(request))] };
  if (isCarriedOn(hop, view)) return CONTINUED;
  const sender = view.naming.senderOf(hop.index);
  const { identities } = hop.reading;
  const invalid = invalidValues(hop);
  if (identities.length === 0 && hop.observed !== "full" && invalid.length === 0)
    return { outcome: "not observable", faults: notObservable(hop, view) };
  const expectation = expectationOf(hop, view);
  const malformed = judgeMalformed(hop, sender, expectation, view);
  if (identities.length === 0) {
    if (invalid.length > 0) return { outcome: "malformed", faults: malformed };
    return expectation.kind === "context"
      ? { outcome: "absent", faults: [stripped(hop, sender, expectation, view)] }
      : expectation.isDoubtful === true
        ? DOUBTFUL
        : ABSENT;
  }
  if (expectation.kind === "unknown" && isInAnotherTrace(hop, view)) return { outcome: "not observable", faults: malformed };
  if (expectation.kind !== "context") return { outcome: "continued", faults: malformed, isDoubtful: expectation.isDoubtful === true };
  const isContinued = identities.some((id) => isOneOf(id, expectation.traceIds));
  // A trace that was begun here and is not sampled leaves no span that could tell which of the requests, seen or unseen, it was begun for.
  if (!isContinued && expectation.isCircumstantial && isUnsampled(hop)) {
    const twin = view.splitOfTwin(hop);
    if (twin === undefined) return { outcome: "continued", faults: malformed };
    const { cause, possible, severity } = twin;
    return { outcome: "restarted", faults: [...malformed, { ...split(hop, sender, expectation, view), cause, possible, severity }] };
  }
  if (!isContinued) return { outcome: "restarted", faults: [...malformed, split(hop, sender, expectation, view)] };
  const own = judgeContinued(hop, sender, expectation, view);
  // A second context that the receiver took is what went on.
  const isReplaced = own.some(({ verdict, severity }) => verdict === "split" && severity === "error");
  return { outcome: isReplaced ? "restarted" : "continued", faults: [...malformed, ...own] };
}

/** What seems to have caused it carried another trace: whether it did is what nothing tells. */
function isInAnotherTrace({ parent, reading }: Hop, { table }: View): boolean {
  const came = parent === undefined ? [] : table.hop(parent.hop).traceIds;
  return came.length > 0 && !reading.identities.some((id) => isOneOf(id, came));
}

/** The usual case at a glance: one valid `traceparent` and nothing else, in the trace and with the flag of the one that caused it. */
function isCarriedOn({ reading, parent }: Hop, { table }: View): boolean {
  if (parent === undefined || parent.confidence < PROVEN_PARENT || reading.fields.length !== 1) return false;
  const cause = table.hop(parent.hop).reading;
  const [after] = reading.identities;
  const [before] = cause.identities;
  if (after === undefined || before === undefined || cause.fields.length !== 1 || !isValid(reading) || !isValid(cause)) return false;
  return after.traceId === before.traceId && after.sampled === before.sampled && reading.context?.flags === cause.context?.flags;
}

function isValid({ extractions }: Hop["reading"]): boolean {
  const [only] = extractions;
  return only !== undefined && extractions.length === 1 && "context" in only;
}

function notObservable(hop: Hop, view: View): Fault[] {
  if (hop.purpose !== "work") return [];
  if ((hop.exchange.request?.hiddenFields ?? 0) > 0)
    return [fault("not-observable", "joined-mid-connection", undefined, "note", 1, hiddenFieldsDetail(hop, view))];
  const detail = hop.observed === "partial" ? "the capture lacks a part of the request head" : "the capture lacks the request head";
  return [fault("not-observable", "capture-cut", undefined, "note", 1, detail)];
}

function stripped(hop: Hop, sender: Workload, expected: Expected, view: View): Fault {
  const [cause, possible] = strippedCause(hop, sender, expected, view);
  const detail = `${wentOut(hop)}${howUnseen(hop, view)}`;
  return {
    ...fault("stripped", cause, "sender", "error", expected.confidence, detail),
    possible,
    ...proofOf(expected),
  };
}

function split(hop: Hop, sender: Workload, expected: Expected, view: View): Fault {
  const { identities } = hop.reading;
  for (const before of expected.traceIds) {
    for (const { traceId } of identities) {
      const cause = relateTraceIds(before, traceId);
      if (cause === undefined) continue;
      const detail = `trace id ${before} went on as ${traceId}`;
      return {
        ...fault("split", cause, "sender", "error", expected.confidence, detail),
        ...proofOf(expected),
      };
    }
  }
  if (keepsSpanId(hop, expected))
    return {
      ...fault("split", "format-translated-wrong", "sender", "error", expected.confidence, "the span id went on under another trace id"),
      ...proofOf(expected),
    };
  const [cause, possible] = splitCause(hop, sender, expected, view);
  const detail = `a new trace ${identities[0]?.traceId ?? ""} went out${howUnseen(hop, view)}`;
  const isShown = cause !== "unknown" && cause !== "format-mismatch";
  // Without spans nothing tells a trace that was lost from one that was begun on purpose, for a job, or for a request that no capture shows.
  const isDoubtful = isFirstInside(expected, view) ? !isShown : !hasSpans(sender, view) && isInferred(hop, expected, cause, view);
  const severity: Severity = isDoubtful ? "warning" : "error";
  return {
    ...fault("split", cause, "sender", severity, expected.confidence, detail),
    possible,
    ...withOwnRoot(proofOf(expected), hop, view),
  };
}

/** Fields that name no span to continue (X-Amzn-Trace-Id with a root alone) are there, and no context. */
function wentOut({ reading: { fields } }: Hop): string {
  const names = [...new Set(fields.map(({ name }) => name).filter((name) => !isBaggageField(name) && name.toLowerCase() !== "tracestate"))];
  return names.length === 0
    ? "no trace field went out"
    : `only ${listed(names)} went out, which ${names.length === 1 ? "names" : "name"} no span`;
}

/** Whether the backend could tell what became of a trace here. */
function hasSpans({ hasServerSpans, hasClientSpans }: Workload, { backend }: View): boolean {
  return backend.isAsked && (hasServerSpans || hasClientSpans);
}

/** A clause on the request that no capture shows, where that is the cause. */
function howUnseen({ index }: Hop, { found: { unseen } }: View): string {
  const request = unseen.get(index);
  return request === undefined ? "" : `, ${request.how}`;
}

/** Whether only inference ties it to its cause. A format that it writes and was not sent speaks for itself, where the cause was open. */
function isInferred({ index }: Hop, { isCircumstantial }: Expected, cause: Cause, view: View): boolean {
  return isCircumstantial && (cause !== "format-mismatch" || isBySameRequest(index, view));
}

/** The context of another request went out (borrowed-contexts.ts). */
function borrowed(hop: Hop, request: Hop | undefined): Fault {
  const why = request === undefined ? "was answered long before" : "has its own call or was answered before";
  const detail = `the context of another request went out, of trace ${hop.traceIds[0] ?? ""}, which ${why}`;
  return {
    ...fault("split", "goroutine-without-context", "sender", "error", BORROWED_CONFIDENCE, detail),
    parent: request,
    isBorrowed: true,
    remedy:
      "Look for a context that outlives its request: kept in a pooled connection, a worker, a global or module variable. Pass each request's own.",
  };
}

/** Where no span of its cause is shown, the one that began the new trace. */
function withOwnRoot(proof: ReturnType<typeof proofOf>, hop: Hop, view: View): ReturnType<typeof proofOf> {
  const origin = originOf(view, hop);
  return proof.spans.length === 0 && origin.kind === "root" ? { ...proof, spans: [origin.span] } : proof;
}

/** The context came from outside, and no span tells what became of it: a trust boundary may begin anew on purpose (W3C Trace Context §3.3.1.2). */
function isFirstInside({ example, span }: Expected, view: View): boolean {
  return span === undefined && example !== undefined && view.naming.senderOf(example.index).isOutside;
}

/** Where the head is cut, what a value lacks may have come behind. */
function invalidValues({ reading, observed }: Hop): readonly Invalid[] {
  const isInvalid = (extraction: Extraction): extraction is Invalid =>
    "malformed" in extraction && (observed === "full" || extraction.isIncomplete !== true);
  return reading.extractions.filter(isInvalid);
}

/** Invalid values that this sender put on the wire; one that came in just so was put there by somebody before. */
function judgeMalformed(hop: Hop, sender: Workload, expectation: Expectation, view: View): Fault[] {
  const parent = hop.parent === undefined ? undefined : view.table.hop(hop.parent.hop);
  return invalidValues(hop).flatMap((extraction): Fault[] => {
    const own = hop.reading.fields.filter((field) => isFieldOf(extraction.format, field.name));
    const incoming = parent === undefined ? hop.candidates.map((index) => view.table.hop(index)) : [parent];
    const values = incoming.map(({ reading }) => reading.fields.filter((field) => isFieldOf(extraction.format, field.name)));
    if (values.some((came) => came.length === own.length && own.every((field, i) => field.value === came[i]?.value))) return [];
    const came = parent === undefined ? [] : (values[0] ?? []);
    const isJoined = isContinuedByReceiver(hop, view);
    const severity: Severity = sender.isOutside ? (isJoined ? "note" : "warning") : "error";
    const confidence = expectation.kind === "context" ? Math.max(expectation.confidence, 0.9) : 0.95;
    const cut = isCut(own, came);
    const [verdict, cause]: ["truncated" | "malformed", Cause] = cut
      ? ["truncated", "header-truncated"]
      : ["malformed", extraction.format === "w3c" && traceparentValues(own).length > 1 ? "header-duplicated" : "header-malformed"];
    return [
      {
        ...fault(verdict, cause, "sender", severity, confidence, extraction.malformed),
        parent: expectation.kind === "context" ? expectation.example : undefined,
      },
    ];
  });
}

/** Fewer characters of a `traceparent`, which has 55, are not told from a value that was never one. */
const MIN_CUT = 21;

/** The value is what came in without its end, or ends where the grammar goes on. */
function isCut(own: readonly { readonly value: string }[], came: readonly { readonly value: string }[]): boolean {
  if (own.length === 0) return false;
  return own.every((field, i) => {
    const before = came[i]?.value;
    if (before !== undefined && before.length > field.value.length && before.startsWith(field.value)) return true;
    const parsed = parseTraceparent(field.value);
    return "malformed" in parsed && parsed.isCut && field.value.length >= MIN_CUT;
  });
}

/** Who begins a new trace makes a new span id too: here a context was translated, and its trace id was lost on the way. */
function keepsSpanId(hop: Hop, { parent }: Expected): boolean {
  const came = parent?.reading.identities ?? [];
  return hop.reading.identities.some(({ spanId }) => came.some((id) => id.spanId === spanId));
}

/** The receiver went on with it all the same (some take the first of two lines). */
function isContinuedByReceiver(hop: Hop, view: View): boolean {
  const { server } = spansOf(view, hop.index);
  return server !== undefined && hop.reading.identities.some((id) => id.traceId === server.traceId);
}

function proofOf({ example, parent, span, isCircumstantial }: Expected): Pick<Fault, "parent" | "spans" | "isCircumstantial"> {
  // One of several that were open is no proof: none is shown.
  if (isCircumstantial && parent === undefined) return { parent: undefined, spans: [], isCircumstantial };
  return { parent: example, spans: span === undefined ? [] : [span], isCircumstantial };
}
