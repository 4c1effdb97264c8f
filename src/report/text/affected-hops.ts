// The exchanges that a finding counts.

import type { Diagnosis } from "../../diagnosis/diagnose.ts";
import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Hop } from "../../hops/hop.ts";

/** Several parts of a report ask for them, and they may be many. */
const known = new WeakMap<Finding, readonly Hop[]>();
/** Hop indices by finding, of all at once. */
const byFinding = new WeakMap<Diagnosis, ReadonlyMap<Finding, readonly number[]>>();

/** In the order of time. */
export function affectedHops(finding: Finding, { diagnosis, graph }: Inspection): readonly Hop[] {
  const before = known.get(finding);
  if (before !== undefined) return before;
  const all = byFinding.get(diagnosis) ?? indicesByFinding(diagnosis);
  byFinding.set(diagnosis, all);
  const hops = (all.get(finding) ?? []).map((hop) => graph.table.hop(hop));
  known.set(finding, hops);
  return hops;
}

function indicesByFinding({ findings, findingsOf }: Diagnosis): ReadonlyMap<Finding, readonly number[]> {
  const all = new Map<Finding, number[]>(findings.map((finding) => [finding, []]));
  for (const [hop, own] of findingsOf) for (const index of own) all.get(findings[index]!)?.push(hop);
  return all;
}
