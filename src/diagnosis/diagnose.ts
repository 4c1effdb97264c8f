// Judge → tally → conclude: what all exchanges together show.

import { isDoubtfulAtAGlance, outcomeAtAGlance } from "./at-a-glance.ts";
import { findBlockedPreflights } from "./blocked-preflights.ts";
import { findEncryptedEdges } from "./encrypted-edges.ts";
import type { Finding } from "./finding.ts";
import { HealthyTally } from "./healthy-tally.ts";
import { HopFeatures } from "./hop-features.ts";
import { Judge } from "./judge.ts";
import { packed } from "./packed-kind.ts";
import { rules } from "./registry.ts";
import { tellReplicas } from "./replicas.ts";
import { RouteNames } from "./route.ts";
import { type FaultTally, OTHER_ROUTES, Tally } from "./tally.ts";
import { severities } from "./verdict.ts";
import type { View } from "./view.ts";

export interface Diagnosis {
  readonly tally: Tally;
  /** Gravest first, then most affected. */
  readonly findings: readonly Finding[];
  /** Indices of the findings that count this exchange, by hop index. */
  readonly findingsOf: ReadonlyMap<number, readonly number[]>;
}

export function diagnose(view: View): Diagnosis {
  const { tally, faulty } = judgeAndTally(view);
  const findings = rules.flatMap((rule) => rule.check(tally)).sort(byGravity);
  const findingsOf = assign(faulty, findings);
  return { tally, findings: tellReplicas(shareGroups(findings, findingsOf), tally, view), findingsOf };
}

/** Where the faults of exchanges were counted: an entry for each. */
interface FaultyHop {
  readonly hop: number;
  readonly route: string;
  readonly tally: FaultTally;
}

/** Judgements are counted and let go, but for the exemplars that a tally keeps. */
function judgeAndTally(view: View): { readonly tally: Tally; readonly faulty: readonly FaultyHop[] } {
  const { table } = view;
  const judge = new Judge(view);
  const tally = new Tally();
  const routes = new RouteNames(view);
  const features = new HopFeatures(view, routes);
  const healthy = new HealthyTally(view, tally, routes, features);
  const faulty: FaultyHop[] = [];
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop)) continue;
    const outcome = outcomeAtAGlance(hop, view);
    if (outcome !== undefined) {
      const hasContext = table.exchanges.readings.hasContext(table.row[hop]!);
      healthy.add(hop, packed(outcome, hasContext, false, isDoubtfulAtAGlance(hop, view)));
      continue;
    }
    const judgement = judge.judge(hop);
    if (judgement.faults.length === 0) {
      const { hasContext, isRecorded, isDoubtful } = judgement;
      healthy.add(hop, packed(judgement.outcome, hasContext, isRecorded, isDoubtful));
      continue;
    }
    const route = routes.of(hop);
    const counted = tally.add(judgement, route);
    features.countFaulty(judgement, route, tally.edge(judgement.from, judgement.to, judgement.hop.protocol), counted);
    for (const one of counted) if (one.like.isOfOthers !== true) faulty.push({ hop, route, tally: one });
  }
  healthy.end();
  tally.encrypted.push(...findEncryptedEdges(view));
  tally.preflights.push(...findBlockedPreflights(view));
  return { tally, faulty };
}

/**
 * Requests that a service left no span of, and what it then sent without their context, have one root cause: the findings share a group.
 */
function shareGroups(findings: readonly Finding[], findingsOf: Diagnosis["findingsOf"]): Finding[] {
  return findings.map((finding) => {
    if (finding.culprit === undefined || (finding.verdict !== "split" && finding.verdict !== "stripped")) return finding;
    const causes = finding.exemplars.flatMap(({ fault }) => (fault.parent === undefined ? [] : (findingsOf.get(fault.parent.index) ?? [])));
    const root = findings.find((other, i) => other.verdict === "unrecorded" && other.culprit === finding.culprit && causes.includes(i));
    return root === undefined ? finding : { ...finding, group: root.group };
  });
}

function byGravity(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    b.affected / Math.max(1, b.of) - a.affected / Math.max(1, a.of) ||
    b.affected - a.affected
  );
}

/** Which findings count which exchange: by the tallies that a finding is made of, and the routes that it names. */
function assign(faulty: readonly FaultyHop[], findings: readonly Finding[]): Map<number, number[]> {
  const byTally = new Map<string, { readonly index: number; readonly routes: ReadonlySet<string> }[]>();
  findings.forEach((finding, index) => {
    const routes = new Set(finding.routes.map((r) => r.route));
    for (const key of finding.keys) byTally.set(key, [...(byTally.get(key) ?? []), { index, routes }]);
  });
  const assigned = new Map<number, number[]>();
  for (const { hop, route, tally } of faulty) {
    for (const { index, routes } of byTally.get(tally.key) ?? []) {
      if (!routes.has(route) && !routes.has(OTHER_ROUTES)) continue;
      const own = assigned.get(hop);
      if (own === undefined) assigned.set(hop, [index]);
      else if (!own.includes(index)) own.push(index);
    }
  }
  for (const own of assigned.values()) if (own.length > 1) own.sort((a, b) => a - b);
  return assigned;
}
