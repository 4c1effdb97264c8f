import type { Inspection } from "../diagnosis/inspection.ts";
import type { Tally } from "../diagnosis/tally.ts";
import { severities } from "../diagnosis/verdict.ts";
import { countOfPurpose, countWithContext } from "../hops/count-hops.ts";

/** The figures of a run: `exchanges` are all HTTP exchanges seen, `hops` those that were judged, or would have been. */
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

export function summarize({ graph, diagnosis, isJudged, answer, diff }: Inspection): Summary {
  return {
    exchanges: graph.table.size,
    hops: isJudged ? countJudged(diagnosis.tally) : countOfPurpose(graph.table, "work"),
    withContext: countWithContext(graph.table),
    traces: graph.table.exchanges.identities.traceIds.size,
    tracesInBackend: answer === undefined ? null : countIn(traceIdsOnWire(graph), diff),
    tracesLookedUp: answer?.asked ?? null,
    findings: countFindings(diagnosis),
  };
}

/** By severity. */
export function countFindings({ findings }: Inspection["diagnosis"]): Summary["findings"] {
  const [error = 0, warning = 0, note = 0] = severities.map(
    (severity) => findings.filter((finding) => finding.severity === severity).length,
  );
  return { error, warning, note };
}

/** Exchanges that were judged: not health checks, scrapes, exports, preflights. */
function countJudged({ edges }: Tally): number {
  let judged = 0;
  for (const { exchanges } of edges.values()) judged += exchanges;
  return judged;
}

/** Trace ids that requests carried, each once. */
export function traceIdsOnWire({ table }: Inspection["graph"]): Iterable<string> {
  return table.exchanges.identities.traceIds.texts();
}

function countIn(traceIds: Iterable<string>, { index }: Inspection["diff"]): number {
  let found = 0;
  for (const traceId of traceIds) if (index.hasTrace(traceId)) found++;
  return found;
}
