import type { Inspection } from "../diagnosis/inspection.ts";
import { severities } from "../diagnosis/verdict.ts";

/** The figures of a run: `exchanges` are all HTTP exchanges seen, `hops` those that were judged. */
export interface Summary {
  readonly exchanges: number;
  readonly hops: number;
  readonly withContext: number;
  readonly traces: number;
  /** Null when no backend was asked. */
  readonly tracesInBackend: number | null;
  readonly tracesLookedUp: number | null;
  readonly findings: { readonly error: number; readonly warning: number; readonly note: number };
}

export function summarize({ graph, diagnosis, answer, diff }: Inspection): Summary {
  const ids = traceIdsOnWire(graph.hops);
  const [error = 0, warning = 0, note = 0] = severities.map(
    (severity) => diagnosis.findings.filter((finding) => finding.severity === severity).length,
  );
  return {
    exchanges: graph.hops.length,
    hops: diagnosis.judgements.length,
    withContext: graph.hops.reduce((n, hop) => (hop.reading.context === undefined ? n : n + 1), 0),
    traces: ids.size,
    tracesInBackend: answer === undefined ? null : [...ids].filter((id) => diff.index.hasTrace(id)).length,
    tracesLookedUp: answer?.asked ?? null,
    findings: { error, warning, note },
  };
}

export function traceIdsOnWire(hops: Inspection["graph"]["hops"]): Set<string> {
  const ids = new Set<string>();
  for (const { reading } of hops) for (const { traceId } of reading.identities) ids.add(traceId);
  return ids;
}
