import type { Inspection } from "../diagnosis/inspection.ts";
import type { Hop } from "../hops/hop.ts";
import type { ReportOptions } from "./report-format.ts";

/** The hops that a report lists one by one: all, those that a finding counts, or none. */
export function shownHops({ graph, diagnosis }: Inspection, { hops }: ReportOptions): readonly Hop[] {
  if (hops === "none") return [];
  if (hops === "all") return graph.hops;
  return [...diagnosis.findingsOf.keys()].sort((a, b) => a - b).map((index) => graph.table.hop(index));
}
