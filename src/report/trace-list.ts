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
  const { graph, diff, answer } = inspection;
  const { listed, total } = chooseTraces(inspection, most);
  const hops = new Map<string, number>(listed.map((id) => [id, 0]));
  for (const { reading } of graph.hops) {
    for (const { traceId } of reading.identities) {
      const count = hops.get(traceId);
      if (count !== undefined) hops.set(traceId, count + 1);
    }
  }
  const spans = new Map<string, Span[]>(listed.map((id) => [id, []]));
  for (const span of diff.index.spans) spans.get(span.traceId)?.push(span);
  const warnings = new Map(answer?.traces.map((trace) => [trace.traceId, trace.warnings]) ?? []);
  const traces = listed.map((traceId) => {
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
  return { traces, omitted: total - listed.length };
}

/** Faulty ones first, each part in the order of time. */
function chooseTraces(inspection: Inspection, most: number): { readonly listed: readonly string[]; readonly total: number } {
  const { graph, diff, diagnosis } = inspection;
  const faulty = new Set<string>();
  const all = new Set<string>();
  for (const { index, reading } of graph.hops) {
    const isOwnFaulty = faulty.size < most && isFaulty(index, inspection);
    for (const { traceId } of reading.identities) {
      all.add(traceId);
      if (isOwnFaulty) faulty.add(traceId);
    }
  }
  for (const { severity, traceIds } of diagnosis.findings) if (severity !== "note") for (const id of traceIds) faulty.add(id);
  for (const { traceId } of diff.index.spans) all.add(traceId);
  const listed = [...faulty].slice(0, most);
  for (const id of all) {
    if (listed.length >= most) break;
    if (!faulty.has(id)) listed.push(id);
  }
  for (const id of faulty) all.add(id);
  return { listed, total: all.size };
}

function isFaulty(hop: number, { diagnosis }: Inspection): boolean {
  return diagnosis.findingsOf.get(hop)?.some((index) => diagnosis.findings[index]?.severity !== "note") ?? false;
}
