// One replica does it and others do not: which ones, and whether callers are led to all of them by turns (a headless service).

import type { Workload } from "../naming/workload.ts";
import type { DnsExchange } from "../protocols/observation.ts";
import { count } from "../wire/count.ts";
import { listed, upTo } from "../wire/words.ts";
import type { Finding } from "./finding.ts";
import type { Tally } from "./tally.ts";
import type { View } from "./view.ts";

const MAX_NAMED = 4;

/** A finding of one replica says how the others fare, and what DNS told its callers, with the answer as proof. */
export function tellReplicas(findings: readonly Finding[], tally: Tally, view: View): Finding[] {
  const told = new Map<string, readonly string[]>();
  return findings.map((finding) => {
    const { culprit, edge, exemplars } = finding;
    const isOfReplica =
      culprit !== undefined && culprit.name !== culprit.group && (edge?.from === culprit.name || edge?.to === culprit.name);
    if (!isOfReplica || edge === undefined || finding.severity === "note") return finding;
    const others = othersOf(finding, culprit, tally, told);
    if (others.length === 0) return finding;
    const clause = `Other replicas do not: ${listed(upTo(MAX_NAMED, others))}`;
    const answer = answerFor(culprit, view.exporters.lookups);
    const [first, ...rest] = exemplars;
    if (answer === undefined || first === undefined) return { ...finding, remarks: [clause] };
    const proven = { ...first, fault: { ...first.fault, proofs: [...(first.fault.proofs ?? []), answer] } };
    return { ...finding, remarks: [clause, turnsOf(answer)], exemplars: [proven, ...rest] };
  });
}

/** `10.7.0.15:8080 0 of 12`: replicas on the same side of the same edge that are not affected. `told`: what was found for the replicas before. */
function othersOf({ edge, verdict }: Finding, culprit: Workload, tally: Tally, told: Map<string, readonly string[]>): readonly string[] {
  const near = edge?.from === culprit.name ? "from" : "to";
  const [from = "", to = ""] = near === "from" ? [culprit.group, edge?.to] : [edge?.from, culprit.group];
  const key = `${verdict} ${near}\n${from}\n${to}`;
  const known = told.get(key);
  if (known !== undefined) return known;
  const counts = new Map<Workload, number>();
  for (const each of tally.edgeIndex.between(from, to)) count(counts, each[near], each.exchanges);
  const healthy = [...counts].filter(([other]) => !tally.faultIndex.at(near, other).some((fault) => fault.verdict === verdict));
  const others = healthy.map(([{ addresses, name }, n]) => `${addresses[0] ?? name} 0 of ${n}`);
  told.set(key, others);
  return others;
}

/** The newest answer that names it beside others. */
function answerFor({ host }: Workload, lookups: readonly DnsExchange[]): DnsExchange | undefined {
  let newest: DnsExchange | undefined;
  for (const lookup of lookups) {
    if (lookup.addresses.length > 1 && lookup.addresses.includes(host) && (newest === undefined || lookup.at > newest.at)) newest = lookup;
  }
  return newest;
}

function turnsOf({ name, addresses, ttl }: DnsExchange): string {
  const life = ttl === undefined || ttl === 0 ? "" : ` for ${ttl} s`;
  return `DNS answers ${name} with ${addresses.length} addresses${life} (${listed(upTo(MAX_NAMED, [...addresses].sort()))}): callers reach it by turns`;
}
