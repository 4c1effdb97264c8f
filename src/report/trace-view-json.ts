// `traceinspect trace --format json`: the rows of the dual view.

import type { Inspection } from "../diagnosis/inspection.ts";
import type { Span } from "../spans/span.ts";
import { MAX_JOINS_LISTED } from "../wire/limits.ts";
import { toIso } from "../wire/timestamp.ts";
import { packetEvidence, spanEvidence } from "./evidence.ts";
import type { ReportOptions, ReportSink, Writing } from "./report-format.ts";
import { listJoin } from "./stitched/list-stitched.ts";
import { stitchOne } from "./stitched/stitch.ts";
import { toolName, toolVersion } from "./tool.ts";
import type { TraceRow, TraceView } from "./trace-view-rows.ts";

export function* writeTraceJson(view: TraceView, inspection: Inspection, options: ReportOptions, sink: ReportSink): Writing {
  const { traceId, traceIds, rows, offsets } = view;
  const joins = stitchOne(traceIds, inspection)?.joins ?? [];
  const head = {
    schema: 1,
    tool: { name: toolName, version: toolVersion },
    traceId,
    traceIds: [...traceIds],
    clockOffsets: Object.fromEntries(offsets),
    backend: inspection.answer?.source ?? null,
    joins: joins.slice(0, MAX_JOINS_LISTED).map((join) => ({ ...listJoin(join, inspection), hop: `h${join.hop.index + 1}` })),
  };
  sink(`${JSON.stringify(head).slice(0, -1)},\n"rows": [`);
  for (const [i, row] of rows.entries()) {
    sink(`${i === 0 ? "" : ","}\n  ${JSON.stringify(rowOf(row, inspection, options))}`);
    yield;
  }
  sink("\n]}\n");
}

function rowOf({ startedAt, endedAt, hop, span, servedHop, ghost, absence }: TraceRow, inspection: Inspection, options: ReportOptions) {
  return {
    startedAt: toIso(startedAt),
    endedAt: endedAt === undefined ? null : toIso(endedAt),
    hop: hop === undefined ? null : hopJson(hop, inspection, options),
    span: span === undefined ? null : spanJson(span, options),
    serves: servedHop === undefined ? null : `h${servedHop.index + 1}`,
    ghost: ghost === undefined ? null : { traceId: ghost.traceId ?? null, inferred: ghost.isInferred },
    absence: absence ?? null,
  };
}

function hopJson(hop: NonNullable<TraceRow["hop"]>, inspection: Inspection, options: ReportOptions) {
  const { naming, diagnosis } = inspection;
  const evidence = packetEvidence(hop, inspection, options);
  const findings = (diagnosis.findingsOf.get(hop.index) ?? []).flatMap((index) => diagnosis.findings[index] ?? []);
  return {
    id: `h${hop.index + 1}`,
    from: naming.senderOf(hop.index).name,
    to: naming.receiverOf(hop.index).name,
    method: hop.method,
    path: hop.path,
    status: hop.status ?? null,
    client: hop.client,
    server: hop.server,
    capture: evidence?.capture ?? null,
    packet: evidence?.number ?? null,
    fields: evidence?.fields ?? [],
    verdicts: [...new Set(findings.map((finding) => finding.verdict))],
  };
}

function spanJson(span: Span, options: ReportOptions) {
  const { traceId, spanId, service, operation, url } = spanEvidence(span, options);
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId ?? null,
    service,
    operation,
    spanKind: span.kind,
    error: span.error,
    url: url ?? null,
  };
}
