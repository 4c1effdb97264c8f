// The traces of a run, faulty first: what the wire and the backend hold of each.

import type { Inspection } from "../diagnosis/inspection.ts";
import type { Span } from "../spans/span.ts";

export interface ListedTrace {
  readonly traceId: string;
  readonly hops: number;
  readonly spans: number;
  readonly inBackend: boolean | null;
  /** Spans without a parent, and spans whose parent is not there. */
  readonly roots: number;
  readonly orphans: number;
  readonly services: readonly string[];
  readonly warnings: readonly string[];
}

export function listTraces(inspection: Inspection, most: number): { traces: ListedTrace[]; omitted: number } {
  const { graph, diff, diagnosis, answer } = inspection;
  const hops = new Map<string, number>();
  const faulty = new Set<string>();
  for (const hop of graph.hops) {
    for (const { traceId } of hop.reading.identities) {
      hops.set(traceId, (hops.get(traceId) ?? 0) + 1);
      if (isFaulty(hop.index, inspection)) faulty.add(traceId);
    }
  }
  for (const finding of diagnosis.findings) if (finding.severity !== "note") for (const id of finding.traceIds) faulty.add(id);
  const spans = new Map<string, Span[]>();
  for (const span of diff.index.spans) {
    const known = spans.get(span.traceId);
    if (known === undefined) spans.set(span.traceId, [span]);
    else known.push(span);
  }
  const warnings = new Map(answer?.traces.map((trace) => [trace.traceId, trace.warnings]) ?? []);
  const ids = [...new Set([...hops.keys(), ...spans.keys()])].sort(
    (a, b) => Number(faulty.has(b)) - Number(faulty.has(a)) || (a < b ? -1 : 1),
  );
  const traces = ids.slice(0, most).map((traceId) => {
    const own = spans.get(traceId) ?? [];
    const known = new Set(own.map((span) => span.spanId));
    return {
      traceId,
      hops: hops.get(traceId) ?? 0,
      spans: own.length,
      inBackend: answer === undefined ? null : own.length > 0,
      roots: own.filter((span) => span.parentSpanId === undefined).length,
      orphans: own.filter((span) => span.parentSpanId !== undefined && !known.has(span.parentSpanId)).length,
      services: [...new Set(own.map((span) => span.resource.service))].sort(),
      warnings: warnings.get(traceId) ?? [],
    };
  });
  return { traces, omitted: Math.max(0, ids.length - most) };
}

function isFaulty(hop: number, { diagnosis }: Inspection): boolean {
  return diagnosis.findingsOf.get(hop)?.some((index) => diagnosis.findings[index]?.severity !== "note") ?? false;
}
