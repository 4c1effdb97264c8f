// The traces of a run, faulty first: what the wire and the backend hold of each.

import type { Inspection } from "../diagnosis/inspection.ts";
import type { HopTable } from "../hops/hop-table.ts";
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
  const { traceIds } = graph.table.exchanges.identities;
  const hops = hopsByTrace(graph.table);
  const spans = new Map<string, Span[]>(listed.map((id) => [id, []]));
  for (const span of diff.index.spans) spans.get(span.traceId)?.push(span);
  const warnings = new Map(answer?.traces.map((trace) => [trace.traceId, trace.warnings]) ?? []);
  const traces = listed.map((traceId) => {
    const own = spans.get(traceId) ?? [];
    const known = new Set(own.map((span) => span.spanId));
    return {
      traceId,
      hops: hops[traceIds.find(traceId)] ?? 0,
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

/** By number of the trace id: how many hops carry it. */
function hopsByTrace({ size, row, exchanges }: HopTable): Uint32Array {
  const { readings, identities } = exchanges;
  const counts = new Uint32Array(identities.traceIds.size);
  for (let hop = 0; hop < size; hop++) {
    const end = readings.end(row[hop]!);
    for (let i = readings.first(row[hop]!); i < end; i++) {
      const trace = identities.trace[i]!;
      counts[trace] = counts[trace]! + 1;
    }
  }
  return counts;
}

/** Faulty ones first, each part in the order of time. */
function chooseTraces(inspection: Inspection, most: number): { readonly listed: readonly string[]; readonly total: number } {
  const { graph, diff, diagnosis } = inspection;
  const { traceIds } = graph.table.exchanges.identities;
  const faulty = new Set<string>();
  for (const [hop] of [...diagnosis.findingsOf].sort((a, b) => a[0] - b[0])) {
    if (faulty.size >= most) break;
    if (isFaulty(hop, inspection)) for (const traceId of graph.table.hop(hop).traceIds) faulty.add(traceId);
  }
  for (const { severity, traceIds: ids } of diagnosis.findings) if (severity !== "note") for (const id of ids) faulty.add(id);
  const listed = new Set([...faulty].slice(0, most));
  for (const id of traceIds.texts()) {
    if (listed.size >= most) break;
    listed.add(id);
  }
  const elsewhere = new Set([...faulty, ...diff.index.traceIds].filter((id) => traceIds.find(id) < 0));
  for (const id of elsewhere) if (listed.size < most) listed.add(id);
  return { listed: [...listed], total: traceIds.size + elsewhere.size };
}

function isFaulty(hop: number, { diagnosis }: Inspection): boolean {
  return diagnosis.findingsOf.get(hop)?.some((index) => diagnosis.findings[index]?.severity !== "note") ?? false;
}
