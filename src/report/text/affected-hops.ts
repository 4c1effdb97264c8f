// The exchanges that a finding counts.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Hop } from "../../hops/hop.ts";

/** In the order of time. Several parts of a report ask for them, and they may be many. */
const known = new WeakMap<Finding, readonly Hop[]>();

export function affectedHops(finding: Finding, { diagnosis, graph }: Inspection): readonly Hop[] {
  const before = known.get(finding);
  if (before !== undefined) return before;
  const index = diagnosis.findings.indexOf(finding);
  const own: number[] = [];
  for (const [hop, findings] of diagnosis.findingsOf) if (findings.includes(index)) own.push(hop);
  const hops = own.sort((a, b) => a - b).map((hop) => graph.table.hop(hop));
  known.set(finding, hops);
  return hops;
}
