// The JSON report: the program's API, `"schema": 1`, described by docs/report.schema.json.

import type { Finding } from "../diagnosis/finding.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import type { Hop } from "../hops/hop.ts";
import { MAX_TRACES_LISTED } from "../wire/limits.ts";
import { toIso } from "../wire/timestamp.ts";
import { type Evidence, evidenceOf, shownFields } from "./evidence.ts";
import { allGroupEdges, carriedOn, invalidOf } from "./group-edges.ts";
import { countConnections, countEdges } from "./plain-counts.ts";
import type { ReportFormat, ReportOptions, ReportSink, Writing } from "./report-format.ts";
import { shownHops } from "./shown-hops.ts";
import { listStitched } from "./stitched/list-stitched.ts";
import { summarize } from "./summary.ts";
import { toolName, toolVersion } from "./tool.ts";
import { listTraces } from "./trace-list.ts";

export const json: ReportFormat = {
  name: "json",
  *write(inspection, options, sink) {
    const { diagnosis, naming } = inspection;
    sink(`{\n"schema": 1,\n"tool": ${JSON.stringify({ name: toolName, version: toolVersion })}`);
    yield* array(
      sink,
      "captures",
      inspection.captures.map((capture) => ({ ...capture, startedAt: iso(capture.startedAt), endedAt: iso(capture.endedAt) })),
    );
    sink(`,\n"judged": ${inspection.isJudged},\n"summary": ${JSON.stringify(summarize(inspection))}`);
    yield* array(
      sink,
      "workloads",
      naming.workloads.map(({ name, group, service, role, pod, addresses, because }) => ({
        name,
        group,
        service: service ?? null,
        role,
        pod: pod ?? null,
        addresses,
        because,
      })),
    );
    yield* array(sink, "edges", edgesOf(inspection));
    if (!inspection.isJudged) {
      const { servers, omitted } = countConnections(inspection);
      yield* array(sink, "connections", servers);
      if (omitted > 0) sink(`,\n"connectionsOmitted": ${omitted}`);
    }
    const { traces, omitted } = listTraces(inspection, MAX_TRACES_LISTED);
    yield* array(sink, "traces", traces);
    if (omitted > 0) sink(`,\n"omitted": ${omitted}`);
    const stitched = listStitched(inspection);
    yield* array(sink, "stitched", stitched.traces, ({ joins, ...trace }) => ({
      ...trace,
      joins: joins.map((join) => ({ ...join, hop: hopId(join.hop) })),
    }));
    if (stitched.count > stitched.traces.length) sink(`,\n"stitchedOmitted": ${stitched.count - stitched.traces.length}`);
    yield* array(sink, "hops", shownHops(inspection, options), (hop) => hopOf(hop, inspection, options));
    yield* array(sink, "findings", diagnosis.findings, (finding) => findingOf(finding, inspection, options));
    yield* array(
      sink,
      "anomalies",
      inspection.anomalies.map(({ code, message, where }) => ({
        code,
        message,
        where: { ...where, capture: where.capture === undefined ? undefined : inspection.captures[where.capture]?.file },
      })),
    );
    const { backendFailure, warnings } = inspection;
    const failure =
      backendFailure === undefined ? [] : [`the backend gave no answer, so that nothing is known of its spans: ${backendFailure}`];
    yield* array(sink, "warnings", [...failure, ...warnings]);
    sink("\n}\n");
  },
};

/** What became of contexts is null where nothing was judged. */
function edgesOf(inspection: Inspection): object[] {
  if (!inspection.isJudged)
    return countEdges(inspection).map((edge) => ({
      ...edge,
      toldBySpans: null,
      continued: null,
      restarted: null,
      invalid: null,
      absent: null,
      notObservable: null,
    }));
  return allGroupEdges(inspection.diagnosis.tally).map((edge) => {
    const { from, to, protocol, exchanges, toldBySpans, continued, restarted, absent, notObservable } = edge;
    const [withContext, invalid] = [carriedOn(edge), invalidOf(edge)];
    return { from, to, protocol, exchanges, withContext, toldBySpans, continued, restarted, invalid, absent, notObservable };
  });
}

/** Writes an array element by element. */
function* array<T>(sink: ReportSink, name: string, values: Iterable<T>, toJson: (value: T) => unknown = (value) => value): Writing {
  sink(`,\n"${name}": [`);
  let separator = "\n  ";
  for (const value of values) {
    sink(separator + JSON.stringify(toJson(value)));
    separator = ",\n  ";
    yield;
  }
  sink(separator === "\n  " ? "]" : "\n]");
}

function hopOf(hop: Hop, inspection: Inspection, options: ReportOptions) {
  const { naming, diff, diagnosis } = inspection;
  const spans = diff.matches.get(hop.index);
  const findings = diagnosis.findingsOf.get(hop.index) ?? [];
  return {
    id: hopId(hop.index),
    from: naming.senderOf(hop.index).name,
    to: naming.receiverOf(hop.index).name,
    protocol: hop.protocol,
    method: hop.method,
    path: hop.path,
    status: hop.status ?? null,
    purpose: hop.purpose,
    startedAt: toIso(hop.startedAt),
    endedAt: iso(hop.endedAt),
    client: hop.client,
    server: hop.server,
    contexts: contextsOf(hop, options),
    observed: hop.observed,
    parent:
      hop.parent === undefined ? null : { hop: hopId(hop.parent.hop), because: hop.parent.because, confidence: hop.parent.confidence },
    spans: {
      ...(spans?.client === undefined ? {} : { client: spans.client.spanId }),
      ...(spans?.server === undefined ? {} : { server: spans.server.spanId }),
    },
    verdicts: [...new Set(findings.map((index) => diagnosis.findings[index]!.verdict))],
    findings,
    seenIn: hop.sightings.flatMap(({ request, response }) => {
      const packets = request === undefined ? (response === undefined ? [] : [response.packet]) : [request.packet, ...request.seenAgain];
      return packets.map(({ capture, number }) => ({ capture: inspection.captures[capture]?.file ?? "?", packet: number }));
    }),
  };
}

function contextsOf(hop: Hop, options: ReportOptions) {
  const fields = shownFields(hop, options);
  return hop.reading.extractions.map((extraction) => {
    if ("malformed" in extraction)
      return { format: extraction.format, traceId: null, spanId: null, sampled: null, malformed: extraction.malformed, fields };
    const { traceId, traceIdSeen, spanId, sampled } = extraction.context;
    return { format: extraction.format, traceId, ...(traceIdSeen === undefined ? {} : { traceIdSeen }), spanId, sampled, fields };
  });
}

function findingOf(finding: Finding, inspection: Inspection, options: ReportOptions) {
  const {
    rule,
    verdict,
    cause,
    otherCauses,
    severity,
    confidence,
    culprit,
    edge,
    affected,
    of,
    detail,
    remarks = [],
    group,
    message,
    fix,
    traceIds,
    traceCount,
  } = finding;
  return {
    rule,
    verdict,
    cause,
    otherCauses,
    severity,
    confidence,
    culprit:
      culprit === undefined
        ? null
        : {
            service: culprit.service ?? null,
            address: culprit.host,
            port: culprit.port ?? null,
            role: culprit.role === "client" ? "application" : culprit.role,
            pod: culprit.pod ?? null,
          },
    edge: edge ?? null,
    affected,
    of,
    detail: [detail, ...remarks].filter((sentence) => sentence !== "").join(". "),
    group,
    message,
    fix,
    traceIds,
    traceCount,
    evidence: evidenceOf(finding, inspection, options).map(plainEvidence),
  };
}

function plainEvidence(evidence: Evidence) {
  if (evidence.kind === "span") return { ...evidence, url: evidence.url ?? null };
  if (evidence.kind !== "packet") return evidence;
  const { kind, capture, number, shownAt, filter, at, fields } = evidence;
  return { kind, capture, number, ...(shownAt !== undefined && { shownAt }), filter, at, fields };
}

function hopId(index: number): string {
  return `h${index + 1}`;
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : toIso(at);
}
