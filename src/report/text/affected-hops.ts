// The exchanges that a finding counts.

import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Hop } from "../../hops/hop.ts";

export function affectedHops(finding: Finding, { diagnosis, graph }: Inspection): Hop[] {
  const index = diagnosis.findings.indexOf(finding);
  return [...diagnosis.findingsOf].flatMap(([hop, findings]) => (findings.includes(index) ? graph.table.hop(hop) : []));
}
