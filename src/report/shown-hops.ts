import type { Inspection } from "../diagnosis/inspection.ts";
import type { Hop } from "../hops/hop.ts";
import type { ReportOptions } from "./report-format.ts";

/** The hops that a report lists one by one: all, those that a finding counts, or none. */
export function shownHops({ graph, diagnosis }: Inspection, { hops }: ReportOptions): readonly Hop[] {
  if (hops === "none") return [];
  return hops === "all" ? graph.hops : graph.hops.filter((hop) => diagnosis.findingsOf.has(hop.index));
}
