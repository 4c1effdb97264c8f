// Why the backend lacks a span of a request that was right on the wire: what the receiver's exporter was seen to do.

import type { Hop } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { groupBy } from "../../wire/group-by.ts";
import type { PossibleCause } from "../judgement.ts";
import type { View } from "../view.ts";
import { whyEnded } from "./ended-process.ts";
import type { Explanation } from "./explanation.ts";
import { adviceOn } from "./export-advice.ts";
import { answersName, fateOf, isLost, isRead, isSentToTlsPort, isUnanswered, reasonOf } from "./export-answer.ts";
import { endOn, firstBehind } from "./hop-end.ts";
import { whyNeverExported } from "./never-exported.ts";
import type { RouteCounts } from "./route-counts.ts";
import type { Shipment } from "./shipped-spans.ts";
import type { SpanLosses } from "./span-losses.ts";
import { whyStopped } from "./stopped-exports.ts";
import { bestView, type Trouble } from "./trouble.ts";

/** The very span stands in an export that was refused. */
const PROVEN = 0.98;
/** An export that cannot be read was refused when the span was due. */
const DUE = 0.85;
/** Who ended the connection may have been the exporter itself, with its process. */
const CUT_OFF = 0.85;
const MAX_PROOFS = 3;

/** Undefined where the captures show nothing of it. */
export function explainUnrecorded(
  hop: Hop,
  receiver: Workload,
  view: View,
  losses: SpanLosses,
  routes: RouteCounts,
): Explanation | undefined {
  const shipments = shipmentsOf(hop, receiver, view);
  if (shipments.length > 0) return afterExport(hop, receiver, shipments, view);
  const trouble = view.exporters.troublesOf(receiver).find((each) => isInTheWay(each, hop, receiver, view));
  if (trouble !== undefined) {
    const { cause, clause, confidence, proofs, remedy } = trouble;
    return { cause, detail: `${receiver.group} ${clause}`, confidence, proofs, ...(remedy !== undefined && { remedy }) };
  }
  return (
    refusedUnread(hop, receiver, view) ??
    whyNeverExported(hop, receiver, view, losses, routes) ??
    whyEnded(hop, receiver, view.exporters.endOf(receiver)) ??
    (view.exporters.isWell(receiver)
      ? whyStopped(hop, receiver, view.exporters.exportsOf(receiver), view.exporters.latestBeside(receiver))
      : undefined)
  );
}

/** Exports that carried the receiver's span of this request. */
function shipmentsOf(hop: Hop, receiver: Workload, { exporters }: View): Shipment[] {
  return hop.reading.identities
    .flatMap(({ traceId, spanId }) => exporters.shipped.serversOf(traceId, spanId))
    .filter(
      ({ span, export: of }) =>
        receiver.service === undefined || span.resource.service === receiver.service || exporters.hostOf(of) === receiver.host,
    );
}

function afterExport(hop: Hop, receiver: Workload, shipments: readonly Shipment[], view: View): Explanation | undefined {
  const { exporters } = view;
  const legs = [...groupBy(shipments, ({ export: of }) => exporters.hostOf(of)).values()];
  const failed = legs.find((leg) => leg.every(({ export: of }) => isLost(fateOf(of))));
  if (failed !== undefined)
    return refused(
      receiver,
      failed.map((shipment) => shipment.export),
      view,
    );
  const taken = shipments.filter(({ export: of }) => fateOf(of) === "accepted" || isDatagram(of)).map((shipment) => shipment.export);
  const [last] = taken.slice(-1);
  return last === undefined ? undefined : lostBehind(hop, receiver, last, view);
}

function refused(receiver: Workload, exports: readonly SpanExport[], { exporters }: View): Explanation {
  const last = exports[exports.length - 1]!;
  const host = exporters.hostOf(last);
  const all = exporters.exportsOf(receiver);
  const isOwn = all.some((of) => exporters.hostOf(of) === host);
  const who = isOwn ? receiver.group : `the collector at ${last.client.address}`;
  const collector = exporters.collectors.label(last.server);
  const proofs = bestView(exports).slice(-MAX_PROOFS);
  const lost = all.filter((of) => isLost(fateOf(of)));
  const how = isOwn && all.length > 1 ? `${lost.length} of ${all.length} exports of ${who}` : `an export of ${who}`;
  const fate = fateOf(last);
  const others = exporters.deliveredBy(receiver);
  const refusals = isOwn ? lost : exports;
  const advice = adviceOn(last, refusals, others);
  const remedy = advice === undefined ? {} : { remedy: advice };
  if (isUnanswered(fate))
    return {
      ...remedy,
      cause: "exporter-unreachable",
      detail: `${collector} ${fate === "cut off" ? `ends the connection without an answer to ${how}` : `answers ${how} only after the exporter has given up`}, this span in ${lost.length > 1 ? "one of them" : "it"}`,
      confidence: CUT_OFF,
      proofs,
    };
  const why = reasonOf(refusals, others);
  const detail = `${collector} answers ${how} with ${answersName(refusals)}, and the span was in ${lost.length > 1 ? "one of them" : "it"}${why}`;
  return { cause: isSentToTlsPort(last) ? "exporter-tls-failed" : "exporter-rejected", detail, confidence: PROVEN, proofs, ...remedy };
}

/** An agent on UDP answers nothing: what was sent to it is all that can be known. */
function isDatagram({ protocol }: SpanExport): boolean {
  return protocol === "jaeger-udp";
}

/** Exported, accepted, and not in the backend. */
function lostBehind(hop: Hop, receiver: Workload, last: SpanExport, { exporters, diff }: View): Explanation {
  const collector = exporters.collectors.label(last.server);
  const proofs = [last];
  if (!exporters.isRecorded(receiver) && !exporters.isRecordedPlace(last.server))
    return {
      cause: "intermediary-not-exported",
      detail: `${receiver.group} exports its spans to ${collector}${isDatagram(last) ? " over UDP, which is never answered" : ", which accepts them"}, and none of what is sent there is in the backend`,
      confidence: 0.85,
      proofs,
      // Where nothing else shows that it takes part in these traces, it may be meant to go to another backend.
      severity: receiver.isInstrumented ? "error" : "warning",
    };
  const isWholeTrace = !hop.traceIds.some((traceId) => diff.index.hasTrace(traceId));
  return {
    cause: "unknown",
    detail: isDatagram(last)
      ? `its span was sent to ${collector} over UDP, which is never answered: it was lost on the way or behind the agent`
      : `its span was exported, and ${collector} accepted it: it was lost behind the collector`,
    confidence: 0.95,
    exportedAt: last.at,
    proofs,
    possible: isWholeTrace ? [WHOLE_TRACES_SAMPLED, ...BEHIND] : BEHIND,
    remedy: LOOK_BEHIND,
    // A collector that samples whole traces leaves nothing of them.
    severity: isWholeTrace && exporters.isRecorded(receiver) ? "warning" : "error",
  };
}

const WHOLE_TRACES_SAMPLED: PossibleCause = {
  cause: "unsampled",
  because: "the collector keeps some traces only (tail sampling): nothing of this one is there",
};
const LOOK_BEHIND =
  "The service did its part. Read the collector's log and its counters otelcol_exporter_send_failed_spans and otelcol_exporter_enqueue_failed_spans, and look for filters, sampling and other backends in its pipelines.";
const BEHIND: readonly PossibleCause[] = [
  { cause: "exporter-rejected", because: "the collector's own export is refused: capture at the collector, or read its log" },
  { cause: "exporter-queue-overflow", because: "the collector's sending queue is full: otelcol_exporter_enqueue_failed_spans counts them" },
];

/** Whether this trouble was there when the span was due to be sent. */
function isInTheWay(trouble: Trouble, hop: Hop, receiver: Workload, { exporters }: View): boolean {
  const delivered = exporters.deliveredBy(receiver);
  const over = endOn(hop, trouble.vantage);
  if (delivered.length === 0) return !exporters.isRecorded(receiver) || trouble.failedAt[trouble.failedAt.length - 1]! >= over;
  const next = delivered.find(({ at }) => at >= over);
  return trouble.failedAt.some((at) => at >= over && (next === undefined || at <= next.at));
}

/** The first export after the request was refused, and what was in it cannot be told. */
function refusedUnread(hop: Hop, receiver: Workload, view: View): Explanation | undefined {
  const next = firstBehind(hop, view.exporters.exportsOf(receiver));
  if (next === undefined || isRead(next) || !isLost(fateOf(next))) return undefined;
  return { ...refused(receiver, [next], view), confidence: DUE };
}
